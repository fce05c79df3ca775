use super::Results;

const OUTPUT: &str = "
running 4 tests
test wire::decodes ... ok
test wire::refuses - should panic ... ok
test wire::slow ... ignored, takes a day
test wire::later ... ignored
test core::attaches ... FAILED

failures:

---- core::attaches stdout ----
test result: is only a line of the test's own

test result: FAILED. 2 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out; finished in 1.25s
";

fn read(output: &str) -> Results {
    let mut results = Results::default();
    output.lines().for_each(|line| results.read_line(line));
    results
}

#[test]
fn counts_names_and_reasons_are_read() {
    let results = read(OUTPUT);
    assert_eq!((results.passed, results.failed), (2, 1));
    assert_eq!(results.failures, ["core::attaches"]);
    assert_eq!(
        results.ignored,
        ["wire::slow: takes a day", "wire::later: marked #[ignore] without a reason"]
    );
}

#[test]
fn runs_add_up() {
    let mut sum = read(OUTPUT);
    sum.add(read(
        "test result: ok. 40 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
    ));
    sum.add(read(OUTPUT));
    assert_eq!((sum.passed, sum.failed, sum.failures.len()), (44, 2, 2));
}

#[test]
fn output_without_tests_counts_nothing() {
    assert_eq!(read("error: could not compile `pumice`"), Results::default());
}
