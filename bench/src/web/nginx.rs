//! nginx with the same bytes as files: what a page is compared with. Its settings, files and port
//! are its own, and nothing of the machine's is touched.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use rustix::process::{Pid, Signal, geteuid, kill_process};

use super::serving::free_address;

/// A running nginx; it is stopped when this is dropped.
pub(super) struct Nginx {
    process: Child,
    folder: PathBuf,
    /// Where files are opened for each request, as is usual.
    pub(super) address: SocketAddr,
    /// Where files are kept open.
    pub(super) open_files: SocketAddr,
}

/// A page as it is kept: its name, its bytes, and compressed ones beside it.
pub(super) struct Kept<'a> {
    pub(super) name: &'a str,
    pub(super) plain: &'a [u8],
    pub(super) compressed: Option<&'a [u8]>,
}

impl Nginx {
    /// Starts one that serves these pages.
    pub(super) fn start(folder: &Path, pages: &[Kept<'_>], workers: u16) -> Result<Self> {
        let folder = folder.join("nginx");
        fs::create_dir_all(folder.join("pages"))?;
        for Kept { name, plain, compressed } in pages {
            fs::write(folder.join("pages").join(name), plain)?;
            if let Some(compressed) = compressed {
                fs::write(folder.join("pages").join(format!("{name}.gz")), compressed)?;
            }
        }
        let (address, open_files) = (free_address()?, free_address()?);
        let settings = settings(&folder, (address, open_files), workers);
        fs::write(folder.join("nginx.conf"), settings)?;
        let process = Command::new("nginx")
            .arg("-p")
            .arg(&folder)
            .arg("-e")
            .arg(folder.join("errors"))
            .arg("-c")
            .arg(folder.join("nginx.conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot run nginx: apt-get install nginx-light")?;
        let mut nginx = Self { process, folder, address, open_files };
        nginx.wait_until_ready()?;
        Ok(nginx)
    }

    pub(super) fn pid(&self) -> u32 {
        self.process.id()
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let connects = |address| std::net::TcpStream::connect(address).is_ok();
        for _ in 0..200 {
            if connects(self.address) && connects(self.open_files) {
                return Ok(());
            }
            ensure!(self.process.try_wait()?.is_none(), "nginx ended: {}", self.complaint());
            std::thread::sleep(Duration::from_millis(20));
        }
        anyhow::bail!("nginx does not answer: {}", self.complaint())
    }

    fn complaint(&self) -> String {
        fs::read_to_string(self.folder.join("errors")).unwrap_or_default()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = kill_process(Pid::from_child(&self.process), Signal::QUIT);
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn settings(
    folder: &Path,
    (address, open_files): (SocketAddr, SocketAddr),
    workers: u16,
) -> String {
    let folder = folder.display();
    // As the user that measures; only root may name one.
    let user = if geteuid().is_root() { "user root;\n" } else { "" };
    format!(
        "{user}daemon off;\nworker_processes {workers};\npid {folder}/pid;\n\
         error_log {folder}/errors crit;\n\
         events {{ worker_connections 4096; }}\n\
         http {{\n\
         access_log off;\nsendfile on;\ntcp_nopush on;\nserver_tokens off;\n\
         keepalive_timeout 75s;\nkeepalive_requests 1000000000;\ngzip_static on;\n\
         default_type \"text/html; charset=utf-8\";\n\
         client_body_temp_path {folder}/body;\nproxy_temp_path {folder}/proxy;\n\
         fastcgi_temp_path {folder}/fastcgi;\nuwsgi_temp_path {folder}/uwsgi;\n\
         scgi_temp_path {folder}/scgi;\n\
         server {{ listen {address}; root {folder}/pages; }}\n\
         server {{ listen {open_files}; root {folder}/pages; \
         open_file_cache max=100 inactive=1h; open_file_cache_valid 1h; }}\n\
         }}\n"
    )
}
