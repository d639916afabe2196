//! `tuermer task list|done`: what a person must do.

use super::sign_in::ActorOrShell;
use super::{Call, Exit};
use crate::acts::done;
use crate::store::people::tasks::Task;
use crate::views::task::TaskView;
use anyhow::Result;
use tuermer_core::limits::TASKS_SHOWN;
use tuermer_formats::times;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Open tasks, gravest first.
    List,
    /// Mark a task as done.
    Done {
        /// Id as shown by `task list`.
        id: String,
        #[command(flatten)]
        actor: ActorOrShell,
    },
}

/// Runs it.
pub async fn run(call: &Call, Args { command }: Args) -> Result<Exit> {
    match command {
        Command::List => list(call).await,
        Command::Done { id, actor } => done(call, &id, &actor).await,
    }
}

async fn list(call: &Call) -> Result<Exit> {
    let context = call.open().await?;
    let texts = call.out.texts;
    let tasks = context.store.tasks(TASKS_SHOWN, context.now()).await?;
    let note = |task: &Task| {
        let note = task.note.as_ref();
        note.map_or_else(String::new, |note| texts.sentence(note, &context.zone()))
    };
    if call.out.json {
        for task in &tasks {
            call.out.object(&TaskView::new(task, &note(task)))?;
        }
    } else {
        for task in &tasks {
            let kind = texts.get(&format!("public.task_{}", task.kind.as_str()));
            let since = times::moment(task.created_at, &context.zone(), texts.0);
            call.out.line(&format!(
                "{}  {kind}  {} ({})  {}  {}  {since}",
                task.id,
                task.name,
                task.organisation,
                task.phone,
                task.warning.as_deref().unwrap_or("")
            ));
        }
    }
    if tasks.is_empty() {
        call.out.say(&texts.get("public.no_tasks"));
        return Ok(Exit::NothingFound);
    }
    if tasks.len() == TASKS_SHOWN {
        call.out
            .say(&texts.with("public.more_tasks", &[("shown", &TASKS_SHOWN.to_string())]));
    }
    Ok(Exit::Ok)
}

async fn done(call: &Call, id: &str, actor: &ActorOrShell) -> Result<Exit> {
    let context = call.open().await?;
    let texts = call.out.texts;
    let actor = actor.prove(call, &context).await?;
    if !done::task(&context, &actor, id).await? {
        call.out.say(&texts.with("public.no_task", &[("id", id)]));
        return Ok(Exit::NothingFound);
    }
    call.out
        .say(&texts.with("public.task_finished", &[("id", id)]));
    Ok(Exit::Ok)
}
