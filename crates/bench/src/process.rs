//! A server as a process of its own, so that its CPU and memory are its own too. It is killed by its id when dropped.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::client::{Connection, request};

/// Clock ticks a second in `/proc`: 100 on every Linux that is not built otherwise.
const TICKS: f64 = 100.0;
/// How long a server may take until it is ready.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running server.
pub(crate) struct Process {
    child: Child,
    /// `127.0.0.1:PORT`
    pub(crate) address: String,
    /// From the start until it was ready.
    pub(crate) startup: Duration,
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that was free just now.
pub(crate) fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

impl Process {
    /// Starts `command`, which is to listen on `port` and to answer `GET probe` with 200 when it is ready. What it says
    /// goes to `log`.
    pub(crate) async fn start(command: &mut Command, port: u16, probe: &str, log: &Path) -> Result<Self> {
        let output = std::fs::File::create(log)?;
        let address = format!("127.0.0.1:{port}");
        let started = Instant::now();
        let child = command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("starting {}", command.get_program().display()))?;
        let mut process = Self { child, address, startup: Duration::ZERO };
        let probe = request("GET", probe, &["connection: close".to_owned()], None);
        loop {
            if let Ok(mut connection) = Connection::open(&process.address).await
                && connection.status(&probe).await.is_ok_and(|status| status == 200)
            {
                process.startup = started.elapsed();
                return Ok(process);
            }
            if let Some(status) = process.child.try_wait()? {
                let said = std::fs::read_to_string(log).unwrap_or_default();
                bail!("the server ended with {status} before it was ready:\n{said}");
            }
            if started.elapsed() > PATIENCE {
                bail!("the server was not ready within {} s", PATIENCE.as_secs());
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Asks it to stop, and waits until it has.
    pub(crate) async fn stop(mut self) -> Result<()> {
        let asked = Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status()?;
        let deadline = Instant::now() + PATIENCE;
        while asked.success() && self.child.try_wait()?.is_none() && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    /// CPU time it has used so far, in user and kernel mode.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        cpu_of(&format!("/proc/{}/stat", self.child.id()))
    }

    /// The same of each of its threads.
    pub(crate) fn threads(&self) -> Result<BTreeMap<u32, Duration>> {
        let mut threads = BTreeMap::new();
        for thread in std::fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            let thread = thread?;
            // A thread may end while it is looked at.
            if let (Ok(id), Ok(cpu)) =
                (thread.file_name().to_string_lossy().parse(), cpu_of(&thread.path().join("stat").to_string_lossy()))
            {
                threads.insert(id, cpu);
            }
        }
        Ok(threads)
    }

    /// Resident memory, in MiB.
    pub(crate) fn resident_mib(&self) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kib / 1024.0)
    }
}

/// User and kernel time in a `stat` file of `/proc`.
fn cpu_of(path: &str) -> Result<Duration> {
    Stat::read(path)?.ticks(11..13)
}

/// The parent of a process.
pub(crate) fn parent(id: u32) -> Result<u32> {
    Stat::read(&format!("/proc/{id}/stat"))?.parent()
}

/// CPU time of a process and its children, those that have ended too.
pub(crate) fn cpu_of_family(id: u32) -> Result<Duration> {
    let mut sum = Stat::read(&format!("/proc/{id}/stat"))?.ticks(11..15)?;
    for entry in std::fs::read_dir("/proc")? {
        // One may end while it is looked at: then it is among those that have.
        let path = entry?.path().join("stat");
        if let Ok(stat) = Stat::read(&path.to_string_lossy())
            && stat.parent().is_ok_and(|parent| parent == id)
        {
            sum += stat.ticks(11..13)?;
        }
    }
    Ok(sum)
}

/// The fields of a `stat` file behind the name, which stands in parentheses and may hold spaces.
struct Stat(Vec<String>);

impl Stat {
    fn read(path: &str) -> Result<Self> {
        let stat = std::fs::read_to_string(path)?;
        let fields = stat.rsplit_once(") ").context("an odd stat line")?.1;
        Ok(Self(fields.split(' ').map(str::to_owned).collect()))
    }

    fn parent(&self) -> Result<u32> {
        Ok(self.0.get(1).context("no parent")?.parse()?)
    }

    fn ticks(&self, fields: Range<usize>) -> Result<Duration> {
        let mut sum = 0.0;
        for field in self.0.get(fields).context("a short stat line")? {
            sum += field.parse::<f64>()?;
        }
        Ok(Duration::from_secs_f64(sum / TICKS))
    }
}
