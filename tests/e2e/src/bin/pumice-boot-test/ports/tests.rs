use super::open;

#[test]
fn what_only_the_machine_reaches_is_not_open() {
    let tables = "\
== tcp
  sl  local_address rem_address   st tx_queue rx_queue
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000
   1: 00000000:01BB 00000000:0000 0A 00000000:00000000
   2: 0149A8C0:01BB 0249A8C0:C350 01 00000000:00000000
== udp
   0: 0149A8C0:0868 00000000:0000 07 00000000:00000000
   1: 00000000:A350 00000000:0000 07 00000000:00000000
== udp6
   0: 00000000000000000000000001000000:0035 00000000000000000000000000000000:0000 07
== sctp
 ENDPT     SOCK   STY SST HBKT LPORT   UID INODE LADDRS
 0         0      1   10  0    36412   998 1 0.0.0.0
== raw6
  58: 00000000000000000000000000000000:003A 00000000000000000000000000000000:0000 07
";
    let expected = ["icmp6", "sctp 36412", "tcp 443", "udp 2152"];
    assert_eq!(open(tables).into_iter().collect::<Vec<String>>(), expected);
}
