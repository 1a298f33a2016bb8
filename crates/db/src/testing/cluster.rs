//! A throwaway PostgreSQL cluster, shared by all test processes of a checkout.
//!
//! Under cargo-nextest every test is a process, so a cluster each would cost more than the tests. The first process that
//! needs it starts it (a lock file keeps others waiting), the next find it running, and a small shell loop stops it
//! after ten minutes without use. It listens on a Unix socket in a private directory and never flushes to disk.

use std::{
    env,
    ffi::OsStr,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
    time::SystemTime,
};

use sha2::{Digest, Sha256};

/// The oldest major version the product supports.
const OLDEST: u32 = 15;

/// Part of the socket's name only: the cluster listens on no port.
const PORT: u16 = 5432;

/// Stops the postmaster `$1` once the file `$2` was not touched for ten minutes. `$3` names the process in the data
/// directory, in case its number was given to another.
const WATCHDOG: &str = r#"
while sleep 20; do
    [ "$(head -n 1 "$3" 2>/dev/null)" = "$1" ] || exit 0
    if [ -n "$(find "$2" -mmin +10)" ]; then kill -INT "$1"; exit 0; fi
done
"#;

/// The URL of a PostgreSQL database for tests: `ATOM_TEST_POSTGRES_URL` when set, else the shared throwaway cluster,
/// started if need be.
///
/// None, with a line on standard error, when PostgreSQL 15 or newer is not installed or does not start; a panic in that
/// case when `CI` or `ATOM_REQUIRE_POSTGRES` is set. Blocks.
pub fn postgres_url() -> Option<String> {
    static URL: OnceLock<Option<String>> = OnceLock::new();
    let url = URL.get_or_init(|| {
        if let Ok(url) = env::var("ATOM_TEST_POSTGRES_URL") {
            return Some(url);
        }
        match Cluster::new(false).and_then(|cluster| cluster.running_url()) {
            Ok(url) => Some(url),
            Err(reason) => {
                let required = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
                assert!(!required("CI") && !required("ATOM_REQUIRE_POSTGRES"), "tests need PostgreSQL here: {reason}");
                eprintln!("NO POSTGRESQL: {reason}. THE TESTS ON IT ARE SKIPPED.");
                None
            }
        }
    });
    url.clone()
}

/// As [`postgres_url`], of a cluster that flushes every commit to disk: for measurements. Never a panic.
pub(super) fn durable_url() -> Option<String> {
    match Cluster::new(true).and_then(|cluster| cluster.running_url()) {
        Ok(url) => Some(url),
        Err(reason) => {
            eprintln!("no PostgreSQL: {reason}");
            None
        }
    }
}

type Reason = String;

struct Cluster {
    /// The directory of `initdb` and `pg_ctl`.
    programs: PathBuf,
    /// Holds everything below.
    base: PathBuf,
    /// The user the server runs as; None for this one. PostgreSQL refuses to run as root.
    user: Option<&'static str>,
    /// Whether it flushes to disk.
    durable: bool,
}

impl Cluster {
    fn new(durable: bool) -> Result<Self, Reason> {
        let programs = find_programs()?;
        // The owner of a new file is who this process is.
        let uid = owner(&tempfile::tempfile().and_then(|file| file.metadata()).map_err(|error| error.to_string())?);
        let checkout = Sha256::digest(env!("CARGO_MANIFEST_DIR"));
        let checkout = u32::from_be_bytes([checkout[0], checkout[1], checkout[2], checkout[3]]);
        let user = if uid == 0 {
            let known =
                ["postgres", "nobody"].into_iter().find(|user| output(Command::new("id").args(["-u", user])).is_ok());
            Some(known.ok_or("PostgreSQL refuses to run as root, and there is no user postgres or nobody")?)
        } else {
            None
        };
        let base =
            env::temp_dir().join(format!("atom-marketplace-pg{}-{uid}-{checkout:08x}", if durable { "d" } else { "" }));
        create_private(&base, uid)?;
        Ok(Self { programs, base, user, durable })
    }

    fn data(&self) -> PathBuf {
        self.base.join("cluster").join("data")
    }

    fn url(&self) -> String {
        let directory = self.base.join("cluster").display().to_string().replace('%', "%25").replace('/', "%2F");
        format!("postgres://postgres@{directory}:{PORT}/postgres")
    }

    /// The URL once the cluster answers.
    fn running_url(&self) -> Result<String, Reason> {
        let lock = File::create(self.base.join("lock")).map_err(|error| error.to_string())?;
        lock.lock().map_err(|error| error.to_string())?;
        let url = self.url();
        self.touch()?;
        if !self.answers() {
            // One that runs and does not answer has lost its socket: two servers on one directory end badly.
            self.stop();
            if self.start().is_err() {
                // A machine that went down mid-test leaves a cluster that was never flushed: make a new one.
                let _ = fs::remove_dir_all(self.base.join("cluster"));
                self.start()?;
            }
            self.watch()?;
        }
        Ok(url)
    }

    /// Puts the watchdog off.
    #[expect(clippy::disallowed_methods, reason = "the watchdog, a shell, goes by the file's real time")]
    fn touch(&self) -> Result<(), Reason> {
        File::create(self.base.join("used"))
            .and_then(|file| file.set_modified(SystemTime::now()))
            .map_err(|error| error.to_string())
    }

    fn answers(&self) -> bool {
        self.data().join("postmaster.pid").exists() && crate::postgres::run_once(&self.url(), "SELECT 1").is_ok()
    }

    fn start(&self) -> Result<(), Reason> {
        if !self.data().join("PG_VERSION").exists() {
            self.create()?;
        }
        let flush = if self.durable { "" } else { "-c fsync=off -c synchronous_commit=off -c full_page_writes=off" };
        let options = format!(
            "-c listen_addresses='' -c unix_socket_directories='{}' -c port={PORT} -c max_connections=300 \
             -c shared_buffers=128MB {flush}",
            self.base.join("cluster").display()
        );
        output(
            self.command(self.programs.join("pg_ctl"))
                .args(["start", "--wait", "--timeout=60", "--silent", "--log"])
                .arg(self.base.join("cluster").join("log"))
                .arg("--pgdata")
                .arg(self.data())
                .args(["--options", &options]),
        )
        .map(drop)
    }

    /// Stops this cluster's server, if there is one.
    fn stop(&self) {
        if self.data().join("postmaster.pid").exists() {
            // It fails when the file is left from a server that is long gone.
            let _ = output(
                self.command(self.programs.join("pg_ctl"))
                    .args(["stop", "--mode=immediate", "--wait", "--silent", "--pgdata"])
                    .arg(self.data()),
            );
        }
    }

    /// Makes the cluster's directory, owned by its user, and the cluster in it.
    fn create(&self) -> Result<(), Reason> {
        let directory = self.base.join("cluster");
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir(&directory).map_err(|error| error.to_string())?;
        // Whoever reaches the socket is let in without a password.
        #[cfg(unix)]
        fs::set_permissions(&directory, std::os::unix::fs::PermissionsExt::from_mode(0o700))
            .map_err(|error| error.to_string())?;
        if let Some(user) = self.user {
            output(Command::new("chown").arg(user).arg(&directory))?;
        }
        output(
            self.command(self.programs.join("initdb"))
                .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--pgdata"])
                .arg(self.data()),
        )
        .map(drop)
    }

    /// Starts the watchdog, which outlives this process.
    fn watch(&self) -> Result<(), Reason> {
        let pid_file = self.data().join("postmaster.pid");
        let pid = fs::read_to_string(&pid_file).map_err(|error| error.to_string())?;
        let pid = pid.lines().next().unwrap_or_default();
        // The outer shell starts it in the background and ends; a process group of its own survives a Ctrl-C.
        let mut command = self.command("sh");
        command.args(["-c", r#"sh -c "$0" watchdog "$@" >/dev/null 2>&1 </dev/null &"#, WATCHDOG, pid]);
        command.arg(self.base.join("used")).arg(pid_file);
        output(&mut command).map(drop)
    }

    /// A command run as the cluster's user, away from a directory that user may not enter.
    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = match self.user {
            None => Command::new(program),
            Some(user) => {
                let mut command = Command::new("setpriv");
                command.args([&format!("--reuid={user}"), &format!("--regid={}", group(user)), "--clear-groups", "--"]);
                command.arg(program);
                command
            }
        };
        command.current_dir(&self.base);
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command
    }
}

fn group(user: &str) -> String {
    output(Command::new("id").args(["-g", user])).map_or_else(|_| user.to_owned(), |id| id.trim().to_owned())
}

/// The newest installed `initdb`, on the PATH or where Debian puts it.
fn find_programs() -> Result<PathBuf, Reason> {
    let on_path = env::var_os("PATH").map(|path| env::split_paths(&path).collect::<Vec<_>>()).unwrap_or_default();
    let versioned =
        fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path().join("bin"));
    let newest = on_path
        .into_iter()
        .chain(versioned)
        .filter(|directory| directory.join("initdb").is_file())
        .filter_map(|directory| Some((major(&directory)?, directory)))
        .max_by_key(|(major, _)| *major);
    match newest {
        Some((major, directory)) if major >= OLDEST => Ok(directory),
        Some((major, _)) => Err(format!("PostgreSQL {OLDEST} or newer is needed, {major} is installed")),
        None => Err("initdb is neither on the PATH nor under /usr/lib/postgresql".to_owned()),
    }
}

/// From "initdb (PostgreSQL) 15.18 (Debian …)".
fn major(directory: &Path) -> Option<u32> {
    let version = output(Command::new(directory.join("initdb")).arg("--version")).ok()?;
    let digits = version.split_once(") ")?.1;
    digits.split(|char: char| !char.is_ascii_digit()).next()?.parse().ok()
}

/// Runs to the end; the reason is what it said.
///
/// Through files, not pipes: a server that stays keeps its descriptors open, and whoever reads a pipe would wait for it.
fn output(command: &mut Command) -> Result<String, Reason> {
    let mut run = || -> io::Result<(bool, String)> {
        use io::{Read as _, Seek as _};
        let mut said = tempfile::tempfile()?;
        let status = command.stdin(Stdio::null()).stdout(said.try_clone()?).stderr(said.try_clone()?).status()?;
        let mut text = String::new();
        said.rewind()?;
        said.read_to_string(&mut text)?;
        Ok((status.success(), text))
    };
    match run() {
        Ok((true, text)) => Ok(text),
        Ok((false, text)) => Err(format!("{}: {}", command.get_program().display(), text.trim())),
        Err(error) => Err(format!("{}: {error}", command.get_program().display())),
    }
}

/// A directory in a place that everyone can write to must be ours.
fn create_private(directory: &Path, uid: u32) -> Result<(), Reason> {
    match fs::create_dir(directory) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error.to_string()),
        _ => {}
    }
    let metadata = fs::symlink_metadata(directory).map_err(|error| error.to_string())?;
    if metadata.is_dir() && owner(&metadata) == uid {
        Ok(())
    } else {
        Err(format!("{} belongs to someone else", directory.display()))
    }
}

#[cfg(unix)]
fn owner(metadata: &fs::Metadata) -> u32 {
    std::os::unix::fs::MetadataExt::uid(metadata)
}

/// Elsewhere temporary directories are each user's own.
#[cfg(not(unix))]
fn owner(_: &fs::Metadata) -> u32 {
    1
}
