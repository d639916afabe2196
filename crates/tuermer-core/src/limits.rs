//! Every limit of the product has its name, unit and reason here.

/// Largest document (CSAF, KEV) read into memory, in bytes. CSAF 2.0 asks consumers to stand 150 MiB;
/// ours is lower because the largest of 2,383 real documents has 705 kB; above it the file is refused, never cut.
pub const DOCUMENT_BYTES: u64 = 64 * 1024 * 1024;
/// Deepest nesting of a JSON document. CSAF branches end at 30.
pub const JSON_DEPTH: usize = 128;
/// Most values of one JSON document. The largest real advisory (23 MB) has 330,000; a document of tiny values
/// costs the validator several hundred bytes for each.
pub const JSON_VALUES: usize = 1_000_000;
/// Deepest nesting of CSAF branches (CSAF 2.x, "recursion ≤ 30").
pub const BRANCH_DEPTH: usize = 30;
/// Most products of one advisory; more is refused with a reason.
pub const ADVISORY_PRODUCTS: usize = 100_000;
/// Most vulnerabilities of one advisory.
pub const ADVISORY_VULNERABILITIES: usize = 10_000;
/// Most product × vulnerability statements of one advisory.
pub const ADVISORY_STATEMENTS: usize = 2_000_000;
/// Largest field of a CSV, in bytes.
pub const CSV_FIELD_BYTES: usize = 64 * 1024;
/// Largest row of a CSV, in bytes; a quote that is never closed must not fill the memory.
pub const CSV_ROW_BYTES: usize = 1024 * 1024;
/// Most columns of a CSV.
pub const CSV_COLUMNS: usize = 512;
/// Largest member or inventory file, in bytes.
pub const IMPORT_FILE_BYTES: u64 = 1024 * 1024 * 1024;
/// Largest spreadsheet, in bytes; it is unpacked in memory.
pub const SPREADSHEET_BYTES: u64 = 64 * 1024 * 1024;
/// Longest stored text of a member field, in characters.
pub const FIELD_CHARACTERS: usize = 300;
/// Longest note of an asset, in characters.
pub const NOTE_CHARACTERS: usize = 2_000;
/// Longest piece of a bad cell that is shown, in characters.
pub const SHOWN_CHARACTERS: usize = 80;
/// Warnings of one import that are kept; more are counted.
pub const IMPORT_WARNINGS: usize = 1_000;
/// Errors of one import that are shown on screen; all of them go to the error file.
pub const IMPORT_ERRORS_SHOWN: usize = 20;
/// Rows written in one statement; both engines allow at least 32,766 parameters.
pub const ROWS_PER_STATEMENT: usize = 500;
/// Rows read in one page.
pub const PAGE_ROWS: usize = 1_000;
/// Counts below this are hidden in public (product law 13).
pub const HIDDEN_BELOW: u64 = 5;
/// Largest web form, in bytes.
pub const FORM_BYTES: usize = 256 * 1024;
/// Seconds a web request may take.
pub const REQUEST_SECONDS: u64 = 30;
/// Minutes in which an answer can be taken back.
pub const UNDO_MINUTES: i64 = 10;
/// Minutes a set-up link is valid.
pub const SETUP_LINK_MINUTES: i64 = 60;
/// Hours a sign-in lasts.
pub const SESSION_HOURS: i64 = 12;
/// Failed sign-ins of one name in [`SIGN_IN_WINDOW_MINUTES`] before it must wait.
pub const SIGN_IN_FAILURES: i64 = 10;
/// Window in which failed sign-ins are counted, in minutes.
pub const SIGN_IN_WINDOW_MINUTES: i64 = 15;
/// Shortest password, in characters.
pub const PASSWORD_CHARACTERS: usize = 12;
/// Random bytes of a token (answer link, session, set-up): 256 bit.
pub const TOKEN_BYTES: usize = 32;
/// SMTP connections of one dispatch.
pub const SMTP_CONNECTIONS: usize = 16;
/// Connections to one destination domain at once (Postfix starts with 2).
pub const SMTP_CONNECTIONS_PER_DOMAIN: usize = 4;
/// Seconds an SMTP command may take.
pub const SMTP_SECONDS: u64 = 60;
/// Deliveries loaded in one batch; the approval is checked again before each.
pub const DISPATCH_BATCH: usize = 500;
/// Deliveries held in memory by one round of a dispatch; the next round takes the rest.
pub const DISPATCH_QUEUE: usize = 100_000;
/// Seconds the mail server may be away before a round ends; the deliveries stay due.
pub const SERVER_AWAY_SECONDS: u64 = 120;
/// Unsure attempts after which a delivery waits for a person.
pub const UNSURE_ATTEMPTS: i64 = 2;
/// Attempts after temporary refusals before a delivery fails.
pub const TEMPORARY_ATTEMPTS: i64 = 12;
/// Largest mail we compose, in bytes.
pub const MAIL_BYTES: usize = 20 * 1024;
/// Municipalities on the situation page; a German Land has at most 2,300.
pub const MUNICIPALITIES_SHOWN: usize = 400;
/// Active warnings listed in public.
pub const WARNINGS_SHOWN: usize = 50;
/// Points of a drawn curve; more cannot be told apart on paper.
pub const CURVE_POINTS: usize = 60;
/// Open tasks listed at once.
pub const TASKS_SHOWN: usize = 1_000;
/// Files of the demo's outbox listed at once.
pub const OUTBOX_SHOWN: usize = 200;
/// Longest token looked up; ours have 43 characters.
pub const PUBLIC_TOKEN_CHARACTERS: usize = 128;

/// Longest version that is compared, in bytes; the longest of 84,000 real bounds has 120.
pub const VERSION_BYTES: usize = 256;
/// Most intervals of one range; the longest real range has some hundred branches.
pub const RANGE_INTERVALS: usize = 2_000;
/// Longest purl or CPE that is read, in bytes.
pub const IDENTIFIER_BYTES: usize = 2_048;
