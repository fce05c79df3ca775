//! The box's page, as a browser without scripts uses it: curl, with the box's own authority, cookies and forms.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use pumice_lab::Namespace;

use crate::{Failure, failed};

/// The box's address until somebody says otherwise.
pub(crate) const ADDRESS: &str = "192.168.73.1";

/// For how long a file may be on its way.
const SLOW: Duration = Duration::from_secs(300);

/// Somebody at the page.
#[derive(Debug)]
pub(crate) struct Browser<'w> {
    world: &'w Namespace,
    folder: PathBuf,
}

/// What the page answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Where it leads.
    pub(crate) location: String,
    pub(crate) text: String,
}

impl<'w> Browser<'w> {
    /// Fetches the box's authority, which is trusted from then on and nothing else.
    pub(crate) fn open(world: &'w Namespace, folder: &Path) -> Result<Self, Failure> {
        let this = Self { world, folder: folder.to_owned() };
        let fetched = folder.join("authority.der");
        let (from, url) = (fetched.display().to_string(), format!("http://{ADDRESS}/ca.crt"));
        let status = this.curl(&["--output", &from, "--write-out", "%{http_code}", &url])?;
        if status != "200" {
            return Err(Failure(format!("/ca.crt: {status}")));
        }
        let mut command = Command::new("openssl");
        command.args(["x509", "-inform", "DER", "-in", &from, "-out"]).arg(this.authority());
        let status = command.stdin(Stdio::null()).status().map_err(failed("openssl"))?;
        if status.success() { Ok(this) } else { Err(Failure(format!("openssl: {status}"))) }
    }

    pub(crate) fn get(&self, path: &str) -> Result<Answer, Failure> {
        self.ask(path, &[])
    }

    /// Sends a form.
    pub(crate) fn post(&self, page: &str, to: &str, fields: &[(&str, &str)]) -> Result<Answer, Failure> {
        let mut words = vec!["--data-urlencode".to_owned(), format!("_csrf={}", self.proof(page)?)];
        for (name, value) in fields {
            words.extend(["--data-urlencode".to_owned(), format!("{name}={value}")]);
        }
        self.send(to, &words)
    }

    /// Sends a file by a form that must lead on.
    pub(crate) fn upload(&self, page: &str, to: &str, file: &Path) -> Result<(), Failure> {
        let proof = format!("_csrf={}", self.proof(page)?);
        let file = format!("file=@{}", file.display());
        let slow = SLOW.as_secs().to_string();
        let answer =
            self.send(to, &["--form", &proof, "--form", &file, "--max-time", &slow].map(str::to_owned))?;
        if answer.status == 303 {
            return Ok(());
        }
        Err(Failure(format!("{to}: {}: {}", answer.status, words_of(&answer.text))))
    }

    /// The proof that a form comes from a page of the box: it is in the page that has the form.
    fn proof(&self, page: &str) -> Result<String, Failure> {
        let shown = self.get(page)?;
        let proof =
            shown.text.split_once("name=\"_csrf\" value=\"").and_then(|(_, rest)| rest.split_once('"'));
        proof
            .map(|(proof, _)| proof.to_owned())
            .ok_or_else(|| Failure(format!("{page} has no form: {} {}", shown.status, shown.text)))
    }

    fn send(&self, to: &str, words: &[String]) -> Result<Answer, Failure> {
        let origin = format!("Origin: https://{ADDRESS}");
        let mut all = vec!["--header", &origin];
        all.extend(words.iter().map(String::as_str));
        self.ask(to, &all)
    }

    /// Sends a form that must lead on.
    pub(crate) fn submit(&self, page: &str, to: &str, fields: &[(&str, &str)]) -> Result<String, Failure> {
        let answer = self.post(page, to, fields)?;
        match answer.status {
            200 | 303 => Ok(answer.location),
            status => Err(Failure(format!("{to}: {status}: {}", words_of(&answer.text)))),
        }
    }

    /// Waits until the page is there.
    pub(crate) fn await_page(&self, limit: Duration) -> Result<(), Failure> {
        let deadline = Instant::now() + limit;
        loop {
            match self.get("/alive") {
                Ok(answer) if answer.status == 200 => return Ok(()),
                Ok(_) | Err(_) if Instant::now() < deadline => thread::sleep(Duration::from_millis(300)),
                Ok(answer) => return Err(Failure(format!("/alive: {}", answer.status))),
                Err(error) => return Err(error),
            }
        }
    }

    fn ask(&self, path: &str, words: &[&str]) -> Result<Answer, Failure> {
        let (jar, authority) = (self.folder.join("cookies").display().to_string(), self.authority());
        let authority = authority.display().to_string();
        let url = format!("https://{ADDRESS}{path}");
        let mut all = vec![
            "--cacert",
            &authority,
            "--cookie",
            &jar,
            "--cookie-jar",
            &jar,
            "--write-out",
            "\n%{http_code} %{redirect_url}",
        ];
        all.extend_from_slice(words);
        all.push(&url);
        let said = self.curl(&all)?;
        let (text, end) = said.rsplit_once('\n').unwrap_or_default();
        let (status, location) = end.split_once(' ').unwrap_or_default();
        let location = location.strip_prefix(&format!("https://{ADDRESS}")).unwrap_or(location);
        Ok(Answer {
            status: status.parse().unwrap_or_default(),
            location: location.to_owned(),
            text: text.to_owned(),
        })
    }

    fn curl(&self, words: &[&str]) -> Result<String, Failure> {
        let mut command = Command::new("curl");
        command
            .args([
                "--silent",
                "--show-error",
                "--noproxy",
                "*",
                "--connect-timeout",
                "10",
                "--max-time",
                "60",
            ])
            .args(words)
            .stdin(Stdio::null());
        let output = self.world.run(|| command.output())?.map_err(failed("curl"))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(Failure(format!("curl: {}", String::from_utf8_lossy(&output.stderr).trim())))
    }

    fn authority(&self) -> PathBuf {
        self.folder.join("authority.crt")
    }
}

/// A page without its markup.
pub(crate) fn words_of(page: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for letter in page.chars() {
        match letter {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            _ if !inside => text.push(letter),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<&str>>().join(" ")
}
