//! `atom-marketplace serve` as a child process. It is killed by its id when dropped.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// The admin key of every server here.
pub(crate) const ADMIN_KEY: &str = "binary-admin-key-0123456789-0123456789";
/// How long a debug build may take to be ready on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A server and its directory.
pub(crate) struct Server {
    directory: TempDir,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    port: u16,
    child: Child,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Server {
    /// Restores a backup in an empty directory, and starts `serve` on it.
    pub(crate) fn restored(backup: &Path, environment: &[(&str, &str)]) -> Self {
        let directory = temporary();
        let restored = Command::new(program()).arg("restore").arg(backup).current_dir(directory.path()).output();
        let restored = restored.expect("it starts");
        assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));
        Self::start_in(directory, &[], environment)
    }

    /// Starts `serve ARGUMENTS` in an empty directory, on a free port, with `environment` beside the usual (`{port}` is
    /// the port).
    pub(crate) fn start(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        Self::start_in(temporary(), arguments, environment)
    }

    fn start_in(directory: TempDir, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let port = free_port();
        let arguments: Vec<_> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let environment: Vec<_> =
            environment.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        let child = spawn(directory.path(), &arguments, &environment, port);
        let mut server = Self { directory, arguments, environment, port, child };
        server.wait();
        server
    }

    /// `http://127.0.0.1:PORT`
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The variables it was started with.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        self.environment.clone()
    }

    /// Where it runs: `atom-data` is in it.
    pub(crate) fn directory(&self) -> PathBuf {
        self.directory.path().to_owned()
    }

    /// `kill -9`, and its end awaited.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Starts it again on the same data and port.
    pub(crate) fn restart(&mut self) {
        self.child = spawn(self.directory.path(), &self.arguments, &self.environment, self.port);
        self.wait();
    }

    fn wait(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let probed = Command::new("curl").args(["-fsS", "-m", "5", &format!("{}/readyz", self.url())]).output();
            if probed.expect("curl is installed").status.success() {
                return;
            }
            let ended = self.child.try_wait().expect("our own child");
            assert!(ended.is_none() && Instant::now() < deadline, "not ready ({ended:?}): {}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// What it has said.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.directory.path().join("log")).unwrap_or_default()
    }

    /// Sends JSON as the admin and reads JSON; the answer must be a success.
    pub(crate) fn admin(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let mut command = Command::new("curl");
        command.args(["-sS", "--fail-with-body", "-X", method, &format!("{}{path}", self.url())]);
        command.args(["-H", &format!("X-Admin-Key: {ADMIN_KEY}"), "-H", "Content-Type: application/json"]);
        if let Some(body) = body {
            command.args(["-d", &body.to_string()]);
        }
        let output = command.output().expect("curl is installed");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{method} {path}: {said} {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_str(&said).unwrap_or(Value::Null)
    }

    /// Makes a tenant and a token with every tenant scope.
    pub(crate) fn tenant(&self, id: &str) -> String {
        self.admin("POST", "/api/admin/tenants", Some(&json!({ "id": id, "name": id, "plan": "enterprise" })));
        let path = format!("/api/admin/tenants/{id}/tokens");
        let made = self.admin("POST", &path, Some(&json!({ "name": "test" })));
        made["token"].as_str().expect("a token").to_owned()
    }
}

fn temporary() -> TempDir {
    TempDir::with_prefix("atom-marketplace-binary-").expect("a temporary directory")
}

/// A free port below those that the system hands out, so that it is still free when a killed server comes back to it.
/// Test processes run at once and begin at different places.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let candidate = 20_000 + (std::process::id() * 13 + NEXT.fetch_add(1, Ordering::Relaxed)) % 12_000;
        let port = u16::try_from(candidate).expect("below 32,000");
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// The program: the one built with these tests, or another, such as the release build that `cargo xtask prove` runs.
pub(crate) fn program() -> PathBuf {
    let built = || env!("CARGO_BIN_EXE_atom-marketplace").into();
    std::env::var_os("ATOM_PROVE_PROGRAM").map_or_else(built, PathBuf::from)
}

fn spawn(directory: &Path, arguments: &[String], environment: &[(String, String)], port: u16) -> Child {
    let log = std::fs::File::options().create(true).append(true).open(directory.join("log")).expect("a log");
    let mut command = Command::new(program());
    command.arg("serve").args(arguments).current_dir(directory);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("ATOM_")) {
        command.env_remove(name);
    }
    command
        .env("ATOM_LISTEN", format!("127.0.0.1:{port}"))
        .env("ATOM_ADMIN_KEY", ADMIN_KEY)
        .envs(environment.iter().map(|(name, value)| (name, value.replace("{port}", &port.to_string()))))
        .stdin(Stdio::null())
        .stdout(log.try_clone().expect("a log"))
        .stderr(log)
        .spawn()
        .expect("the binary starts")
}
