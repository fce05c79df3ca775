//! The laboratory as a program.

use std::env;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use pumice_lab::privilege;

const USAGE: &str = "\
usage: pumice-lab <command>

  enter PROGRAM [ARGUMENT...]   runs a program with the right to make networks: an ordinary user gets a user namespace
";

fn main() -> ExitCode {
    let mut arguments = env::args_os().skip(1);
    let command = arguments.next();
    match (command.as_ref().and_then(|word| word.to_str()), arguments.next()) {
        (Some("enter"), Some(program)) => enter(Command::new(program).args(arguments)),
        _ => {
            eprint!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn enter(program: &mut Command) -> ExitCode {
    if let Err(refusal) = privilege::enter() {
        eprintln!("{refusal}");
        return ExitCode::FAILURE;
    }
    let error = program.exec();
    eprintln!("{}: {error}", program.get_program().to_string_lossy());
    ExitCode::FAILURE
}
