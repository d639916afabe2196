//! Every limit of the product has its name, unit and reason here.

mod sending;

pub use sending::*;

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
/// Seconds after which a lease that is not renewed may be taken by another process.
pub const LEASE_SECONDS: i64 = 30;
/// Seconds a station may fail before the operators are told, and its longest rest after failures in a row.
pub const STATION_TOLD_SECONDS: i64 = 60;
/// Verdicts nobody stands on that one judgement of a threat removes: each is looked up among all who stand on one.
pub const VERDICTS_GONE: i64 = 50;
/// Seconds a round may take before its station counts as silent.
pub const STATION_ROUND_SECONDS: i64 = 600;
/// Seconds a call by hand waits for the process that works at a station.
pub const STATION_WAIT_SECONDS: u64 = 60;
/// Passes of `run --once` over all stations; each pass follows what the one before made possible.
pub const ONCE_PASSES: usize = 100;
/// Contacts in use that one organisation may have from one source.
pub const CONTACTS: usize = 50;
/// Points in use that one contact may have.
pub const CONTACT_POINTS: usize = 50;
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
/// Characters of what a person writes into one line of a report.
pub const REPORT_LINE_CHARACTERS: usize = 200;
/// Characters of what a person reports to have seen.
pub const REPORT_WORDS_CHARACTERS: usize = 4_000;
/// Reports taken within an hour; beyond that the page asks to call, because no office reads more.
pub const REPORTS_PER_HOUR: u64 = 120;
/// Reports taken within an hour from people who gave the same telephone number or address.
pub const REPORTS_PER_REACH: u64 = 5;
/// Seconds a person needs at least for five questions.
pub const REPORT_FASTEST_SECONDS: i64 = 3;
/// Hours for which an opened form can be sent.
pub const REPORT_FORM_HOURS: i64 = 24;
/// Reports listed at once.
pub const REPORTS_SHOWN: usize = 1_000;
/// Terms of one search over threats; each is one condition of a statement.
pub const SEARCH_TERMS: usize = 32;
/// Longest comment on a threat, in characters.
pub const COMMENT_CHARACTERS: usize = 10_000;
/// Documents or assets that one run of the matching by hand may name.
pub const MATCH_RUN_SUBJECTS: usize = 1_000;
/// Standings that a rule book keeps before it forgets its rows and judges anew: about 128 MB.
pub const RULE_BOOK_STANDINGS: usize = 64 * 1024 * 1024;
/// Threats that are looked up together for a bill of materials.
pub const THREATS_PER_BOOK: usize = 2_000;
/// Indicators listed at once.
pub const LISTED_INDICATORS: usize = 10_000;
/// Runs of the matching listed at once.
pub const MATCH_RUNS_SHOWN: usize = 100;
/// Longest words a person looks for in a list, in characters.
pub const SEARCH_CHARACTERS: usize = 200;
/// Products or version texts of one advisory listed at once; how many more there are is said.
pub const LINES_SHOWN: usize = 200;
/// Organisations whose facts changed and that are read again one by one; where more changed, everything is read again.
pub const CHANGED_ORGANISATIONS: usize = 20_000;
/// Largest provider-metadata.json or aggregator.json, in bytes.
pub const METADATA_BYTES: u64 = 4 * 1024 * 1024;
/// Largest ROLIE feed, changes.csv or index.txt, in bytes; one entry has less than 2 kB.
pub const LISTING_BYTES: u64 = 128 * 1024 * 1024;
/// Most documents of one list; the largest public provider has some 60,000.
pub const LISTING_ENTRIES: usize = 200_000;
/// Unusable lines of a list that are shown.
pub const UNUSABLE_SHOWN: usize = 20;
/// Largest security.txt, in bytes (RFC 9116 asks for less than 32 kB).
pub const SECURITY_TXT_BYTES: u64 = 64 * 1024;
/// Lines of a security.txt that are read.
pub const SECURITY_TXT_LINES: usize = 2_000;
/// Largest hash file, in bytes: 128 digits and a file name.
pub const HASH_FILE_BYTES: u64 = 8 * 1024;
/// Most lists of one provider.
pub const PROVIDER_LISTS: usize = 64;
/// Most public keys of one provider.
pub const PROVIDER_KEYS: usize = 32;
/// Most providers of one aggregator.
pub const AGGREGATOR_PROVIDERS: usize = 2_000;
/// Days before the end of a maintained address from which on a warning is due (CSAF 2.1 requirement 8).
pub const MAINTAINED_WARNING_DAYS: i64 = 90;
/// Documents of one provider that are fetched at once.
pub const PROVIDER_PARALLEL: usize = 8;
/// Documents fetched in one pull, newest first; the next pull takes the rest.
pub const PULL_DOCUMENTS: usize = 5_000;
/// Hours after which a rejected document, or one whose list tells no time, is fetched again.
pub const RECHECK_HOURS: i64 = 24;
/// Documents of one provider that may fail one after the other before the pull is given up.
pub const PULL_FAILURES: usize = 20;
/// Longest address of a feed or of anything it points to, in characters.
pub const URL_CHARACTERS: usize = 2_000;
/// Most redirects of one request.
pub const REDIRECTS: usize = 10;
/// Seconds until a connection must stand, name and TLS included.
pub const CONNECT_SECONDS: u64 = 20;
/// Seconds without a single byte after which a body is given up.
pub const STALL_SECONDS: u64 = 30;
/// Seconds one small file (catalogue, list, advisory) may take in all.
pub const FETCH_SECONDS: u64 = 120;
/// Seconds an archive of records may take in all.
pub const ARCHIVE_SECONDS: u64 = 1_800;
/// Largest archive of records, as sent, in bytes; all CVE records of the world are about 600 MB.
pub const ARCHIVE_BYTES: u64 = 2 * 1024 * 1024 * 1024;
/// Most entries of a list of changed CVE records; a month has about 20,000.
pub const CVE_CHANGES: usize = 500_000;
/// Records of such a list fetched in one pull; the next pull takes the rest.
pub const PULL_RECORDS: usize = 2_000;
/// Largest single CVE record, in bytes; the largest real one has about 2 MB.
pub const CVE_RECORD_BYTES: u64 = 16 * 1024 * 1024;
/// Bytes of a fetched file by which its kind is judged.
pub const PEEK_BYTES: u64 = 64 * 1024;
/// Longest ETag that is kept, in characters; a longer one is not used.
pub const ETAG_CHARACTERS: usize = 256;
/// Longest piece of a stranger's words in an error, in characters.
pub const STRANGE_WORDS_CHARACTERS: usize = 200;
/// Most feeds.
pub const FEEDS: usize = 1_000;
/// Longest name of a feed, in characters.
pub const FEED_NAME_CHARACTERS: usize = 64;
/// Least seconds between two attempts at one feed, whatever the clock does.
pub const FEED_DISTANCE_SECONDS: i64 = 30;
/// Shortest period of a feed, in seconds.
pub const FEED_PERIOD_LEAST_SECONDS: i64 = 60;
/// Longest period and longest rule of silence of a feed, in seconds: 90 days.
pub const FEED_PERIOD_MOST_SECONDS: i64 = 90 * 24 * 3_600;
/// Longest wait a server can ask for, in seconds.
pub const RETRY_AFTER_SECONDS: i64 = 24 * 3_600;
/// Feeds asked at once.
pub const FEEDS_AT_ONCE: usize = 4;
/// Longest wait of a feed until it is asked beside those, in seconds.
pub const FEED_TURN_WAIT_SECONDS: u64 = 20;
/// Rejected documents of one pull or one archive that are named; more are counted.
pub const REJECTED_SHOWN: usize = 1_000;
/// Notices listed at once.
pub const NOTICES_SHOWN: usize = 1_000;
/// References kept of one CVE record; the largest of 19,298 real ones has 281.
pub const CVE_REFERENCES: usize = 500;
/// Contradictions between containers that are named; more of them say no more.
pub const CVE_REMARKS: usize = 5;
/// Largest policy file, in bytes; the one of the program has 3 kB.
pub const POLICY_BYTES: u64 = 256 * 1024;
/// Most rows of a policy; the default has 16.
pub const POLICY_ROWS: usize = 1_000;
/// Days CISA gave that count as "today".
pub const DAYS_OF_TODAY: i64 = 1;
/// Days from which a deadline is as good as "on the next upgrade".
pub const DAYS_OF_ON_UPGRADE: i64 = 366;
/// Largest file of a build pack (its description or its builds), in bytes; Exchange's has 20 kB.
pub const PACK_BYTES: u64 = 4 * 1024 * 1024;
/// Most builds of one pack; Exchange has 303 in fourteen years.
pub const PACK_BUILDS: usize = 20_000;
/// Most flaws of one pack, and most spellings of its products; `mail-servers` has 200.
pub const PACK_FLAWS: usize = 5_000;
/// Most product lines of one pack.
pub const PACK_LINES: usize = 200;
/// Most problems of one pack that are told at once.
pub const PACK_PROBLEMS: usize = 50;
/// Most packs a chamber brings in.
pub const PACKS: usize = 200;
/// Most estimates of one day; there were 300,000 in 2025.
pub const EPSS_LINES: usize = 2_000_000;
/// Organisations whose verdicts are in memory at the same time while a threat is judged.
pub const ORGANISATIONS_PER_PAGE: usize = 10_000;
/// Threats whose verdicts become durable together.
pub const THREATS_PER_TRANSACTION: usize = 256;
/// Changed verdicts after which a transaction ends, so that others can write.
pub const VERDICTS_PER_TRANSACTION: u64 = 20_000;
/// Longest version that is compared, in bytes; the longest of 84,000 real bounds has 120.
pub const VERSION_BYTES: usize = 256;
/// Most intervals of one range; the longest real range has some hundred branches.
pub const RANGE_INTERVALS: usize = 2_000;
/// Longest purl or CPE that is read, in bytes.
pub const IDENTIFIER_BYTES: usize = 2_048;
/// Most documents of one archive. All CVE records of the world are 320,000.
pub const ARCHIVE_DOCUMENTS: usize = 2_000_000;
/// Most unpacked bytes of one archive; all CVE records have 3 GB.
pub const UNPACKED_BYTES: u64 = 32 * 1024 * 1024 * 1024;
/// Most bytes out of one compressed byte, where more than one document comes out. JSON comes to 20, the best of gzip is 1,032.
pub const UNPACK_RATIO: u64 = 250;
/// Largest dictionary of an xz file, in bytes: what `xz -9` uses. A hostile header may ask for 3 GB.
pub const XZ_DICTIONARY_BYTES: usize = 64 * 1024 * 1024;
/// Deepest nesting of XML; a feed with XHTML in it has 20.
pub const XML_DEPTH: usize = 100;
/// Largest feed of the reading list, in bytes.
pub const READING_BYTES: usize = 8 * 1024 * 1024;
/// Most entries taken of one feed at once.
pub const READING_ENTRIES: usize = 1_000;
/// Days an entry of the reading list is kept.
pub const READING_DAYS: i64 = 90;
/// Most components of one bill of materials.
pub const SBOM_COMPONENTS: usize = 100_000;
/// Longest line of a report or log, in bytes: many fields of ordinary length; a longer one costs that line.
pub const LINE_BYTES: usize = 256 * 1024;
/// Most lines one record of a report may span; a quote that is never closed must not swallow the file.
pub const RECORD_LINES: usize = 64;
/// Most columns of a report line that are kept as they came.
pub const EXTRA_FIELDS: usize = 256;
/// Most tags of one sign or event.
pub const TAGS: usize = 100;
/// Longest tag, in characters.
pub const TAG_CHARACTERS: usize = 100;
/// Longest trace (address, hash, path, page), in bytes.
pub const TRACE_BYTES: usize = 2_000;
/// Most traces of one sign.
pub const SIGN_TRACES: usize = 32;
/// First moment of a sign, in seconds since 1970: the year 2000. Older ones are clocks that were never set (1601, 1970).
pub const OBSERVED_FROM_SECOND: i64 = 946_684_800;
/// Hours a sign may lie in the future; sensors' clocks differ.
pub const OBSERVED_AHEAD_HOURS: i64 = 24;
/// Most addresses of one event.
pub const EVENT_ADDRESSES: usize = 1_000;
/// Largest single event of a list, in bytes.
pub const EVENT_BYTES: usize = 4 * 1024 * 1024;
/// Largest MISP document, in bytes; an event of a million attributes has about 500 MB.
pub const MISP_BYTES: u64 = 1024 * 1024 * 1024;
/// Most attributes of one MISP document; more are counted and left out.
pub const MISP_ATTRIBUTES: usize = 1_000_000;
/// Most events of one MISP document or manifest.
pub const MISP_EVENTS: usize = 100_000;
/// Most objects of one STIX bundle; ATT&CK has 25,000.
pub const STIX_OBJECTS: usize = 1_000_000;
/// Longest pattern of a STIX indicator, in bytes.
pub const STIX_PATTERN_BYTES: usize = 64 * 1024;
/// Most comparisons of one STIX pattern.
pub const STIX_COMPARISONS: usize = 256;
/// Most lists or objects of one page of a TAXII server.
pub const TAXII_COLLECTIONS: usize = 10_000;
/// Most pages of one TAXII collection fetched in one pull.
pub const TAXII_PAGES: usize = 10_000;
/// Most entries of one list of harmless things; the largest public one has 80,000.
pub const HARMLESS_ENTRIES: usize = 2_000_000;
/// Most lines of a list of indicators.
pub const INDICATOR_LINES: usize = 2_000_000;
/// Largest template of a firewall's lines, in bytes.
pub const TEMPLATE_BYTES: usize = 64 * 1024;
/// Most rules of a template.
pub const TEMPLATE_RULES: usize = 200;
/// Most key=value pairs of one log line.
pub const LOG_PAIRS: usize = 256;
/// Seconds of a day.
pub const SECONDS_PER_DAY: i64 = 86_400;
/// Seconds of an hour.
pub const SECONDS_PER_HOUR: i64 = 3_600;
/// Days of counts that say what is usual for a series of signs.
pub const CORRELATE_HISTORY_DAYS: i64 = 90;
/// Signs of one look, the newest.
pub const CORRELATE_SIGNS: usize = 2_000_000;
/// Series of signs whose counts are kept; scans bring some thousand new networks a day.
pub const CORRELATE_SERIES: usize = 1_000_000;
/// Things one sign can have in common with others; further ones are not looked at.
pub const CORRELATE_KEYS: usize = 8;
/// Signs of one series in one look-back that are tested one by one; where there are more, the first ones suffice for an alarm.
pub const CORRELATE_ARRIVALS: usize = 100_000;
/// Fewest organisations whose number may be told to others, whatever the operator sets.
pub const ANONYMITY_LEAST: usize = 3;
/// Bytes of a log that the check holds at once, and its longest line: of a longer one only this much is judged, and it is named.
pub const CHECK_BLOCK_BYTES: usize = 1024 * 1024;
/// Bytes at the end of a file in which its last time is looked for, and of a line in which its time is.
pub const CHECK_TIME_BYTES: usize = 4 * 1024;
/// Most files of one check; an Exchange server keeps some ten thousand logs.
pub const CHECK_FILES: usize = 1_000_000;
/// Deepest folder the check goes into; Windows paths rarely have twenty.
pub const CHECK_DEPTH: usize = 32;
/// Findings of one kind and step that are listed; more of them are counted.
pub const CHECK_FINDINGS_OF_A_KIND: usize = 1_000;
/// Unreadable places that are named; more of them are counted.
pub const CHECK_UNREADABLE: usize = 1_000;
/// Longest piece of evidence, in characters.
pub const CHECK_DETAIL_CHARACTERS: usize = 400;
/// Largest file that is looked at for the dump of a virtual directory (Microsoft's own rule: under 50 KB).
pub const CHECK_DUMP_BYTES: u64 = 50 * 1024;
/// Largest IIS configuration that is read, in bytes; real ones have 200 kB.
pub const CHECK_CONFIG_BYTES: u64 = 16 * 1024 * 1024;
/// Largest program whose version is read, in bytes; ExSetup.exe has 40 kB.
pub const CHECK_PROGRAM_BYTES: u64 = 64 * 1024 * 1024;
/// Largest list of indicators, in bytes.
pub const CHECK_INDICATOR_BYTES: u64 = 16 * 1024 * 1024;
/// Most indicators of one list.
pub const CHECK_INDICATORS: usize = 100_000;
/// Most columns of a log that are looked at; HttpProxy has 74.
pub const CHECK_COLUMNS: usize = 256;
/// Unusable records of one event log after which the rest of it is left unread, and that is said.
pub const CHECK_EVENT_ERRORS: usize = 1_000;
/// Findings of one report that the chamber takes in: every kind at every step, as many as a check lists of each.
pub const CHECK_REPORT_FINDINGS: usize = 200_000;
/// Files that a folder or a manifest of signs names.
pub const SIGN_LIST_ENTRIES: usize = 100_000;
/// Lines or elements of one document that could not be read and are listed with their reason; more are counted.
pub const MALFORMED_KEPT: usize = 1_000;
/// Days of which the page of signs tells.
pub const SIGN_DAYS_SHOWN: i64 = 30;
/// Days over which reports without a hole are counted when somebody has said that it is closed.
pub const REPORT_DAYS: i64 = 180;
/// Words of a report's reference among which the member's number is looked for.
pub const REFERENCE_WORDS: usize = 8;
/// Largest sealed report, in bytes.
pub const SEALED_REPORT_BYTES: u64 = 64 * 1024 * 1024;
/// Characters of a report's id in Shadowserver's API.
pub const REPORT_ID_CHARACTERS: usize = 200;
/// Days back for which Shadowserver's API is asked: a report may come late, and the chamber's machine may have been off.
pub const REPORT_LIST_DAYS: i64 = 7;
/// Files attached to one mail, and addresses in its text.
pub const MAIL_ATTACHMENTS: usize = 200;
/// Mails inside mails.
pub const MAIL_DEPTH: usize = 2;
/// Largest mail of a mailbox that is read, in bytes; a larger one is named and passed over.
pub const MAILBOX_MAIL_BYTES: u64 = 48 * 1024 * 1024;
/// Bytes that one look into a mailbox may bring; the rest comes with the next.
pub const MAILBOX_BYTES: u64 = 256 * 1024 * 1024;
/// Mails of one look into a mailbox.
pub const MAILBOX_MAILS: usize = 1_000;
/// Largest file with the key or password of a source, in bytes.
pub const SECRET_BYTES: u64 = 64 * 1024;
/// Senders whose mails are read from one mailbox.
pub const MAILBOX_SENDERS: usize = 100;
/// Characters of the hash in the id of a sign; 26 hex digits are 104 bit.
pub const SIGN_HASH_CHARACTERS: usize = 26;
/// Kinds of signs of one document that are remembered while it is written; more are looked up again.
pub const SIGN_KINDS: usize = 10_000;
