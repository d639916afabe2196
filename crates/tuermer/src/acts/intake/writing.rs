//! From signs to durable rows, in steps: one thread makes rows of them while another writes those before.
//!
//! A transaction is open only while there is something to write: one who reads a flood, or slowly, holds up no other feed
//! and no warning. Reading a file again completes what was cut off.

use crate::context::Context;
use crate::store::documents::document::{self, Document};
use crate::store::signs::indicators;
use crate::store::signs::observations::{self, Attributed, Lines, Maker, Ready};
use anyhow::Result;
use tokio::sync::mpsc;
use tuermer_core::trace::Indicator;

/// Batches that wait for the thread that makes rows.
pub const BATCHES_AHEAD: usize = 4;
/// Batches whose rows are sorted and written together: rows that lie together in the index are then written one after the
/// other. Measured in SQLite alone: sorted in 64,000 instead of 1,000, a row costs a quarter less; this many are a compromise
/// with memory.
const BATCHES_TOGETHER: usize = 8;
/// What was made ready and waits for the writer.
const READY_AHEAD: usize = 1;
/// Of what was made ready, so much in one transaction at most: nobody else writes while it is open. Much, because each
/// commit waits for the disk.
const READY_PER_STEP: usize = 8;

/// What the reader hands over.
#[derive(Default)]
pub struct Batch {
    /// Signs of members.
    pub signs: Vec<Attributed>,
    /// What to look for.
    pub indicators: Vec<Indicator>,
    /// Raw lines that concern members.
    pub lines: Vec<Lines>,
}

/// The same, ready to be written.
struct Made {
    signs: Ready,
    indicators: Vec<Indicator>,
    lines: Vec<Lines>,
}

/// Writes what the reader hands over.
///
/// # Errors
/// The store cannot be written.
pub async fn write(
    context: &Context,
    document: Document,
    batches: mpsc::Receiver<Batch>,
) -> Result<observations::Written> {
    let (hash, now) = (document.sha256.clone(), context.now());
    let mut open = context.store.begin().await?;
    document::keep(&mut open, document).await?;
    open.commit().await?;
    let maker = Maker::new(&hash, now);
    let (sender, mut ready) = mpsc::channel(READY_AHEAD);
    let making = tokio::task::spawn_blocking(move || make(maker, batches, &sender));
    let mut total = observations::Written::default();
    while let Some(first) = ready.recv().await {
        let mut open = context.store.begin().await?;
        let (mut next, mut writer) = (Some(first), observations::Writer::default());
        for _ in 0..READY_PER_STEP {
            let Some(Made {
                signs,
                indicators,
                lines,
            }) = next.take().or_else(|| ready.try_recv().ok())
            else {
                break;
            };
            let written = writer.write(&mut open, signs).await?;
            observations::keep_lines(&mut open, &hash, lines).await?;
            indicators::write(&mut open, &indicators, &hash).await?;
            total.new = total.new.saturating_add(written.new);
            total.same = total.same.saturating_add(written.same);
        }
        writer.touch(&mut open).await?;
        open.commit().await?;
    }
    making.await??;
    Ok(total)
}

/// Makes rows until there are no more batches, or nobody takes the rows.
fn make(
    mut maker: Maker,
    mut batches: mpsc::Receiver<Batch>,
    ready: &mpsc::Sender<Made>,
) -> Result<()> {
    while let Some(mut together) = batches.blocking_recv() {
        for _ in 1..BATCHES_TOGETHER {
            let Some(Batch {
                signs,
                indicators,
                lines,
            }) = batches.blocking_recv()
            else {
                break;
            };
            together.signs.extend(signs);
            together.indicators.extend(indicators);
            together.lines.extend(lines);
        }
        let Batch {
            signs,
            indicators,
            lines,
        } = together;
        let made = Made {
            signs: maker.make(signs)?,
            indicators,
            lines,
        };
        if ready.blocking_send(made).is_err() {
            // The writer is gone; its error is the one to show.
            break;
        }
    }
    Ok(())
}
