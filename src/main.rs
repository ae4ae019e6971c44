//! The program: arguments in, exit code out. The work is in the library.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use hublint::cli::{Cli, Command};
use hublint::secrets::{Guarded, guard_panics};

fn main() -> ExitCode {
    guard_panics();
    let arguments = match Cli::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version go to standard output with code 0, mistakes to standard error with code 2.
            tell(&error);
            return if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
    };
    let stdout = std::io::stdout();
    // With `check - --fix` the repaired text goes back to the editor that sent it: a mask would destroy it.
    let given_back = matches!(&arguments.command, Command::Check(check)
        if check.repair.fix && !check.repair.diff && check.paths.iter().any(|path| path.as_os_str() == "-"));
    let mut out = Guarded::new(std::io::BufWriter::new(stdout.lock())).opened(given_back);
    let code = match hublint::commands::run(arguments.command, &mut out) {
        Ok(code) => code,
        Err(hublint::commands::Failure::Closed) => return ExitCode::SUCCESS,
        Err(hublint::commands::Failure::Error(error)) => {
            let _ = out.flush();
            let _ = hublint::commands::print_error(&error, &mut Guarded::new(std::io::stderr()));
            return ExitCode::from(2);
        }
    };
    match out.flush() {
        Ok(()) => ExitCode::from(code),
        // `| head` has seen enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::from(code),
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "hublint: cannot write: {error}");
            ExitCode::from(2)
        }
    }
}

/// Help, or a mistake in the arguments: which may be a token, and is told without it.
fn tell(error: &clap::Error) {
    if error.use_stderr() && hublint::secrets::redact_whole(&error.to_string()) != error.to_string() {
        let _ = write!(Guarded::new(std::io::stderr()), "{}", error.render());
        return;
    }
    let _ = error.print();
}
