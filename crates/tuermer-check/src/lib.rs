//! `tuermer-check`: reads what an Exchange server has written and keeps, for traces of a break-in. Offline, read-only.
//!
//! Decisions (`requests`, `lines`, `event`, `content`, `places`, `ladder`, `grade`) know no files; `logs`, `web` and `walk` read them.

pub mod baseline;
pub mod blocks;
pub mod check;
pub mod cli;
pub mod clock;
pub mod collect;
pub mod content;
pub mod event;
pub mod evtx;
pub mod fields;
pub mod finding;
pub mod fuzzing;
pub mod grade;
pub mod html;
pub mod indicators;
pub mod kind;
pub mod ladder;
pub mod lines;
pub mod logs;
pub mod places;
pub mod program;
pub mod received;
pub mod report;
pub mod requests;
pub mod say;
pub mod seal;
pub mod system;
pub mod terminal;
pub mod text;
pub mod times;
pub mod triage;
pub mod walk;
pub mod web;
pub mod words;
