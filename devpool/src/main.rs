//! Starts a dev pool and runs it until it is told to stop.

use clap::Parser;
use devpool::{ClockSource, Options, Server, StateLocation};
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// A local Cognito user pool for developing and testing, on 127.0.0.1 only.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// TCP port on 127.0.0.1; 0 takes a free one
    #[arg(long, env = "POOL_PORT", default_value_t = 9229)]
    port: u16,

    /// Keep everything in memory; it ends with the process
    #[arg(long, conflicts_with = "state")]
    memory: bool,

    /// The file that keeps users, sessions and messages over restarts
    #[arg(long, value_name = "FILE", default_value = ".devpool/state.json")]
    state: PathBuf,

    /// Say nothing about requests
    #[arg(long)]
    quiet: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let options = Options {
        port: arguments.port,
        state: if arguments.memory { StateLocation::Memory } else { StateLocation::File(arguments.state) },
        clock: ClockSource::System,
        quiet: arguments.quiet,
    };
    match run(options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("devpool: {why}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), Box<dyn std::error::Error>> {
    // Before the line that says it is ready: whoever reads that line may stop it at once.
    let stop = stop_signal()?;
    let server = Server::bind(options).await?;
    let address = server.address();
    let mut out = io::stdout().lock();
    writeln!(out, "devpool listening on http://{address} (outbox http://{address}/_devpool/)")?;
    out.flush()?;
    drop(out);
    server.serve(stop).await;
    Ok(())
}

/// Ends when the process is asked to stop: Ctrl-C, or SIGTERM where there is such a thing.
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    Ok(async {
        // If Ctrl-C cannot be heard there is only the hard way to stop.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
