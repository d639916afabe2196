//! What the journeys share: a fresh data directory, the binary, and its answers.
#![allow(dead_code)]

use jiff::SignedDuration;
use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use tuermer::context::Context;
use tuermer::store::Store;
use tuermer_core::limits;

/// A fresh data directory, gone with the test. With `TUERMER_TEST_POSTGRES` (a PostgreSQL server on which
/// the tests may create databases) its store is a fresh database there instead of the embedded one.
pub struct Home {
    directory: tempfile::TempDir,
    database: Option<PostgresDatabase>,
}

/// A fresh PostgreSQL database, dropped with the test.
pub struct PostgresDatabase {
    server: String,
    name: String,
}

impl PostgresDatabase {
    /// An empty database of its own on the server of `TUERMER_TEST_POSTGRES`; `None` where none is named.
    pub fn create() -> Option<Self> {
        let this = Self::named(&fresh_name())?;
        this.on_server(&format!("CREATE DATABASE {}", this.name));
        Some(this)
    }

    /// The same with our tables in it, copied from a template: that takes a tenth of the time of all migrations.
    pub fn migrated() -> Option<Self> {
        let this = Self::named(&fresh_name())?;
        let template = Template::of_this_build();
        let copy = format!("CREATE DATABASE {} TEMPLATE {}", this.name, template.name());
        if this.tried(&copy).is_err() {
            template.make(&this);
            this.on_server(&copy);
        }
        Some(this)
    }

    /// What `TUERMER_TEST_POSTGRES` names, with another database; nothing is made.
    fn named(name: &str) -> Option<Self> {
        let server = std::env::var("TUERMER_TEST_POSTGRES")
            .ok()
            .filter(|text| !text.is_empty())?;
        Some(Self {
            server,
            name: name.into(),
        })
    }

    /// Its URL: that of the server with our name as the path.
    pub fn url(&self) -> String {
        let (address, _) = self
            .server
            .rsplit_once('/')
            .expect("TUERMER_TEST_POSTGRES has the form postgres://user@host/database");
        format!("{address}/{}", self.name)
    }

    /// Runs a statement as the administrator of the server, outside this database.
    #[track_caller]
    pub fn on_server(&self, sql: &str) {
        self.tried(sql).unwrap_or_else(|why| panic!("{sql}: {why}"));
    }

    /// The same where the server may refuse; its answer, or why not.
    fn tried(&self, sql: &str) -> Result<String, String> {
        let output = Command::new("psql")
            .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"])
            .args(["-v", "ON_ERROR_STOP=1", "-c", sql, &self.server])
            .output()
            .expect("psql is installed");
        match output.status.success() {
            true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for PostgresDatabase {
    fn drop(&mut self) {
        self.on_server(&format!(
            "DROP DATABASE IF EXISTS {} WITH (FORCE)",
            self.name
        ));
    }
}

/// The database that others are copied from. Its name holds which test program made it and when that was built, so
/// that a changed schema has another template; nobody connects to it, or PostgreSQL would refuse the copy.
struct Template {
    program: u64,
    built: u128,
}

impl Template {
    fn of_this_build() -> Self {
        use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
        let program = std::env::current_exe().unwrap();
        let built = std::fs::metadata(&program).unwrap().modified().unwrap();
        let built = built.duration_since(std::time::UNIX_EPOCH).unwrap();
        Self {
            program: BuildHasherDefault::<DefaultHasher>::default().hash_one(&program),
            built: built.as_nanos(),
        }
    }

    fn name(&self) -> String {
        format!("{}_{:x}", self.prefix(), self.built)
    }

    fn prefix(&self) -> String {
        format!("tuermer_template_{:x}", self.program)
    }

    /// Several tests may begin at once, each in a process of its own: each makes one under another name, the first to
    /// rename it wins, and the copies of the others go. Templates of older builds of this program go, too.
    fn make(&self, server: &PostgresDatabase) {
        let older = format!(
            "SELECT datname FROM pg_database WHERE starts_with(datname, '{}_') AND datname <> '{}'",
            self.prefix(),
            self.name()
        );
        for old in server.tried(&older).unwrap_or_default().lines() {
            let _ = server.tried(&format!("DROP DATABASE IF EXISTS {old}"));
        }
        let fresh = PostgresDatabase::create().expect("the server was named a moment ago");
        let url = fresh.url();
        // A thread of its own: the caller may already run inside a runtime.
        let migrating = std::thread::spawn(move || {
            tokio::runtime::Runtime::new().unwrap().block_on(async {
                let store = Store::open_url(&url, jiff::Timestamp::UNIX_EPOCH).await;
                store.unwrap().database.close().await;
            });
        });
        migrating.join().unwrap();
        let _ = server.tried(&format!(
            "ALTER DATABASE {} RENAME TO {}",
            fresh.name(),
            self.name()
        ));
    }
}

/// A name that no other test has.
fn fresh_name() -> String {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).unwrap();
    let random = ulid::Ulid::from_parts(0, u128::from_be_bytes(bytes));
    format!("tuermer_{}", random.to_string().to_lowercase())
}

/// What a call answered.
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Run {
    /// The call must have ended with `code`.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(
            self.code, code,
            "stdout: {}\nstderr: {}",
            self.out, self.err
        );
        self
    }

    /// Every line of stdout as JSON.
    #[track_caller]
    pub fn lines(&self) -> Vec<Value> {
        self.out
            .lines()
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
            })
            .collect()
    }

    /// The only line of stdout as JSON.
    #[track_caller]
    pub fn line(&self) -> Value {
        let mut lines = self.lines();
        assert_eq!(lines.len(), 1, "{}", self.out);
        lines.remove(0)
    }
}

impl Home {
    /// A directory made with `init --drill`.
    pub fn drill() -> Self {
        let this = Self::empty();
        this.tuermer(&["init", "--drill"]).expect(0);
        this
    }

    /// A directory made with `init`.
    pub fn live() -> Self {
        let this = Self::empty();
        this.tuermer(&["init"]).expect(0);
        this
    }

    /// No data directory yet.
    pub fn empty() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
            database: PostgresDatabase::migrated(),
        }
    }

    /// No data directory yet, and a database without any table.
    pub fn bare() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
            database: PostgresDatabase::create(),
        }
    }

    /// No data directory yet, and the embedded database whatever the engine of the run.
    pub fn embedded() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
            database: None,
        }
    }

    /// Opens the store of this directory beside the binary, to look at rows or to break a rule.
    pub async fn store(&self) -> Store {
        let opened = match &self.database {
            Some(database) => Store::open_url(&database.url(), jiff::Timestamp::UNIX_EPOCH).await,
            None => {
                Store::open_file(
                    &self.data().join("tuermer.db"),
                    false,
                    jiff::Timestamp::UNIX_EPOCH,
                )
                .await
            }
        };
        opened.unwrap()
    }

    /// The PostgreSQL database behind this directory, if the run uses one.
    pub fn postgres(&self) -> Option<&PostgresDatabase> {
        self.database.as_ref()
    }

    /// The data directory.
    pub fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// Writes a file beside the data directory and returns its path.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.directory.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_string()
    }

    /// The binary with `--data` set, English, not asking. `TUERMER_TEST_BINARY` names another build of it.
    pub fn command(&self, arguments: &[&str]) -> Command {
        self.command_in("en", arguments)
    }

    /// The same in another language.
    pub fn command_in(&self, language: &str, arguments: &[&str]) -> Command {
        let binary = std::env::var_os("TUERMER_TEST_BINARY")
            .unwrap_or_else(|| env!("CARGO_BIN_EXE_tuermer").into());
        let mut command = Command::new(binary);
        command
            .arg("--data")
            .arg(self.data())
            .args(["--lang", language, "--no-input"])
            .args(arguments);
        if let Some(database) = &self.database {
            command.args(["--database", &database.url()]);
        }
        command
            .env_remove("TUERMER_DATA")
            .env("NO_COLOR", "1")
            .stdin(Stdio::null());
        command
    }

    /// Runs the binary.
    pub fn tuermer(&self, arguments: &[&str]) -> Run {
        let output = self.command(arguments).output().unwrap();
        Run {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// The password of everybody added with [`Home::account`].
const PASSWORD: &str = "correct horse battery staple\n";

impl Home {
    /// Adds a person with a password, while set-up is open.
    #[track_caller]
    pub fn account(&self, name: &str, role: &str) {
        let password = self.file("password", PASSWORD);
        let new = ["user", "add", name, "--role", role];
        self.tuermer(&[&new[..], &["--password-file", &password]].concat())
            .expect(0);
    }

    /// Runs the binary as a person of [`Home::account`], who proves it.
    pub fn tuermer_as(&self, name: &str, arguments: &[&str]) -> Run {
        let password = self.file("password", PASSWORD);
        let proof = ["--as", name, "--password-file", &password];
        self.tuermer(&[arguments, &proof].concat())
    }
}

/// The folder of public documents that `scripts/corpus` names.
pub fn corpus() -> PathBuf {
    let named = std::env::var_os("TUERMER_CORPUS");
    PathBuf::from(named.expect("TUERMER_CORPUS names a folder; scripts/corpus sets it"))
}

/// A name of this machine that is not `localhost`, and where it leads: into the own house, whoever gave it.
pub async fn name_of_the_own_house() -> (String, Vec<std::net::SocketAddr>) {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let (own, hosts) = (read("/etc/hostname"), read("/etc/hosts"));
    let listed = hosts
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .flat_map(|line| line.split_whitespace().skip(1));
    for name in own.split_whitespace().chain(listed) {
        let addresses: Vec<_> = tokio::net::lookup_host((name, 443))
            .await
            .map(Iterator::collect)
            .unwrap_or_default();
        let outside = |address: &std::net::SocketAddr| {
            tuermer_core::internet_address::reach(address.ip())
                == tuermer_core::internet_address::Reach::Open
        };
        if name != "localhost" && !addresses.is_empty() && !addresses.iter().any(outside) {
            return (name.to_string(), addresses);
        }
    }
    panic!("neither /etc/hostname nor /etc/hosts names this machine")
}

/// The cookie of a signed-in account.
pub async fn signed_in(context: &Context, name: &str) -> String {
    let (token, now) = (context.random.token().unwrap(), context.now());
    let opened = context.store.open_session(now, &token, name).await;
    opened.unwrap();
    format!("tuermer_session={token}")
}

/// A one-time link, as the command line prints it.
pub async fn setup_link(context: &Context, account: Option<&str>) -> String {
    let token = context.random.token().unwrap();
    let end = context.now() + SignedDuration::from_mins(limits::SETUP_LINK_MINUTES);
    let stored = context.store.add_setup_link(&token, account, end).await;
    stored.unwrap();
    format!("{}/einrichten#{token}", context.config.chamber.base_url)
}
