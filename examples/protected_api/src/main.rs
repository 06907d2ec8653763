//! Starts the example and runs it until it is told to stop.

use clap::Parser;
use clap::builder::RangedU64ValueParser;
use protected_api::caller::Verifier;
use protected_api::clock::{Clock, SystemClock};
use protected_api::keys::{Keys, Pace};
use protected_api::server;
use protected_api::settings::{AllowedOrigin, ClientId, Issuer, Scope, USUAL_SCOPE};
use protected_api::verify::Expectations;
use std::future::Future;
use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// How long the pool may take to answer when it is asked for its keys.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long requests in flight may take to finish when the server stops.
const GRACE: Duration = Duration::from_secs(2);

/// A backend that checks the access tokens of a Cognito user pool.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// TCP port; 0 takes a free one
    #[arg(long, env = "API_PORT", default_value_t = 9230)]
    port: u16,

    /// The address to listen at: this machine alone unless another is named
    #[arg(long, env = "API_ADDRESS", default_value = "127.0.0.1")]
    address: IpAddr,

    /// Whose tokens count: `https://cognito-idp.REGION.amazonaws.com/POOL_ID`
    #[arg(long, env = "API_ISSUER", value_name = "URL")]
    issuer: Issuer,

    /// An app client whose tokens count; may be given more than once, or with commas
    #[arg(long = "client-id", env = "API_CLIENT_ID", value_name = "ID", required = true, value_delimiter = ',')]
    client_ids: Vec<ClientId>,

    /// What a token must allow
    #[arg(long, env = "API_SCOPE", default_value = USUAL_SCOPE)]
    scope: Scope,

    /// The origin of pages that may call; may be given more than once, or with commas
    #[arg(long = "allow-origin", env = "API_ALLOW_ORIGIN", value_name = "ORIGIN", value_delimiter = ',')]
    origins: Vec<AllowedOrigin>,

    /// By how much the clocks here and at the pool may differ
    #[arg(long, env = "API_LEEWAY", value_name = "SECONDS", default_value_t = 30,
          value_parser = RangedU64ValueParser::<u64>::new().range(0..=300))]
    leeway: u64,

    /// How long to wait before the pool's keys are fetched again
    #[arg(long, env = "API_REFETCH_INTERVAL", value_name = "SECONDS", default_value_t = 10,
          value_parser = RangedU64ValueParser::<u64>::new().range(1..=3600))]
    refetch_interval: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("protected_api: {why}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    // Before the line that says it is ready: whoever reads that line may stop it at once.
    let stop = stop_signal()?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let pace = Pace { interval: arguments.refetch_interval, patience: PATIENCE };
    let keys = Keys::new(&arguments.issuer, Arc::clone(&clock), pace)?;
    let expected = Expectations {
        issuer: arguments.issuer,
        client_ids: arguments.client_ids,
        scope: arguments.scope,
        leeway: arguments.leeway,
    };
    let router = server::router(Verifier::new(keys, expected, clock), &arguments.origins);
    let wanted = SocketAddr::new(arguments.address, arguments.port);
    let listener = TcpListener::bind(wanted).await.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => format!(
            "port {} on {} is taken: stop the program that has it, or choose another port with API_PORT={}",
            wanted.port(),
            wanted.ip(),
            wanted.port().checked_add(1).unwrap_or(9230)
        ),
        _ => format!("cannot listen on port {} of {}: {error}", wanted.port(), wanted.ip()),
    })?;
    let mut out = io::stdout().lock();
    writeln!(out, "protected_api listening on http://{}", listener.local_addr()?)?;
    out.flush()?;
    drop(out);

    let (say_stopped, stopped) = oneshot::channel();
    let serving = axum::serve(listener, router).with_graceful_shutdown(async {
        stop.await;
        // Nobody listens when serving has ended already.
        let _ = say_stopped.send(());
    });
    tokio::select! {
        ended = serving => ended?,
        // A connection on which nothing is asked would be waited for as long as it is open.
        () = async {
            if stopped.await.is_ok() { tokio::time::sleep(GRACE).await } else { std::future::pending().await }
        } => {}
    }
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
