use super::*;

#[test]
fn a_line_is_a_call() {
    let text = r#"17  openat(AT_FDCWD, "\x2f\x61", O_RDWR|O_CREAT, 0600) = 3
17  pwrite64(3, "\x01\x2c\x22", 3, 0x10) = 3"#;
    let calls = parse(text).unwrap();
    assert_eq!(calls[0].name, "openat");
    assert_eq!(calls[0].args, ["AT_FDCWD", r#""\x2f\x61""#, "O_RDWR|O_CREAT", "0600"]);
    assert_eq!(bytes(&calls[0].args[1]).unwrap(), b"/a");
    assert_eq!(bytes(&calls[1].args[1]).unwrap(), b"\x01,\"");
    assert_eq!(number(&calls[1].args[3]), Some(16));
    assert_eq!((calls[1].result, calls[1].started, calls[1].ended), (Some(3), 1, 1));
}

#[test]
fn a_call_that_another_thread_interrupts_has_a_beginning_and_an_end() {
    let text = "1 fdatasync(3 <unfinished ...>\n\
                2 writev(1, [{iov_base=\"\\x61\", iov_len=1}, {iov_base=\"\\x62\", iov_len=1}], 2) = 2\n\
                1 <... fdatasync resumed>)          = 0";
    let calls = parse(text).unwrap();
    assert_eq!(calls[0].name, "writev");
    assert_eq!(bytes(&calls[0].args[1]).unwrap(), b"ab");
    assert_eq!((calls[1].started, calls[1].ended, calls[1].result), (0, 2, Some(0)));
}

#[test]
fn a_call_that_never_returned_has_no_end() {
    let text = "1 fsync(3 <unfinished ...>\n2 write(4, \"\\x61\", 1 <unfinished ...>\n\
                2 <... write resumed>) = ?\n1 +++ killed by SIGKILL +++";
    let calls = parse(text).unwrap();
    assert_eq!(calls.len(), 2);
    assert!(calls.iter().all(|call| call.result.is_none() && call.ended == usize::MAX));
}

#[test]
fn errors_and_what_strace_adds_are_read() {
    let text = "1 fdatasync(3) = -1 EIO (Input/output error) (INJECTED)\n\
                1 clone3({flags=CLONE_VM|CLONE_THREAD} => {parent_tid=[5]}, 88) = 5";
    let calls = parse(text).unwrap();
    assert_eq!(calls[0].result, Some(-1));
    assert!(calls[1].args[0].contains("CLONE_THREAD"));
}

#[test]
fn what_is_cut_short_or_strange_is_refused() {
    assert!(bytes(r#""\x61"..."#).is_err());
    assert!(parse("1 what is this").is_err());
    assert!(parse("1 <... write resumed>) = 1").is_err());
}
