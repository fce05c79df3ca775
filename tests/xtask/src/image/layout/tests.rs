use super::{Layout, parse};

#[test]
fn the_layers_partitions_are_understood() {
    let names: Vec<String> =
        Layout::read().unwrap().partitions.into_iter().map(|partition| partition.name).collect();
    assert_eq!(names, ["boot-a", "root-a", "boot-b", "root-b", "data"]);
}

#[test]
fn a_partition_without_a_size_is_refused() {
    let line = "part --part-name boot-a --part-type 1 --size 64M";
    let error = parse(line).unwrap_err();
    assert!(error.contains("--part-name boot-a"), "{error}");
}
