//! SQL of the test environment: emptying its database, whatever tables the schema has.

use atom_marketplace_db::{Conn, Dialect, Error, args};

/// Deletes every row but those that say which migrations were applied and who this instance is. Keys that count by themselves begin at 1 again, so
/// that what is made next has the keys it had before.
pub(super) fn empty(c: &mut Conn<'_>) -> Result<(), Error> {
    match c.dialect() {
        Dialect::Sqlite => empty_sqlite(c),
        Dialect::Postgres => empty_postgres(c),
    }
}

/// What refers to another table is made after it, so the tables made last go first.
fn empty_sqlite(c: &mut Conn<'_>) -> Result<(), Error> {
    let tables: Vec<(String, String)> = c.all(
        "SELECT t.name, t.type FROM pragma_table_list t JOIN sqlite_master m ON m.name = t.name AND m.type = 'table'
         WHERE t.schema = 'main' AND t.type IN ('table', 'virtual') AND t.name NOT IN ('schema_migration', 'instance', 'instance_key')
             AND t.name NOT LIKE 'sqlite%'
         ORDER BY m.rowid DESC",
        args![],
    )?;
    for (table, kind) in tables {
        let sql = if kind == "virtual" {
            format!("INSERT INTO \"{table}\" (\"{table}\") VALUES ('delete-all')")
        } else {
            format!("DELETE FROM \"{table}\"")
        };
        c.execute(&sql, args![])?;
    }
    Ok(())
}

fn empty_postgres(c: &mut Conn<'_>) -> Result<(), Error> {
    let tables: Vec<String> = c.all(
        "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = current_schema() 
             AND tablename NOT IN ('schema_migration', 'instance', 'instance_key')",
        args![],
    )?;
    // Waits for every transaction that reads or writes one of them, and lets none see what is half done.
    c.execute(&format!("TRUNCATE {} RESTART IDENTITY", tables.join(", ")), args![]).map(|_| ())
}

/// The key of the account behind an email address.
pub(super) fn account(c: &mut Conn<'_>, email: &str) -> Result<i64, Error> {
    c.one("SELECT id FROM account WHERE email = $1", args![email])
}
