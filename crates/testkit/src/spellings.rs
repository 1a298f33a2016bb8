//! A thousand ways of writing addresses that are not public.

use std::net::Ipv4Addr;

/// Addresses that nobody may be sent to.
pub const NOT_PUBLIC: [&str; 10] = [
    "127.0.0.1",
    "127.8.9.10",
    "0.0.0.0",
    "10.1.2.3",
    "169.254.169.254",
    "172.20.0.9",
    "192.168.7.8",
    "100.64.5.6",
    "198.18.0.1",
    "255.255.255.255",
];

/// Every way of writing an IPv4 address that some parser understands.
pub fn spellings(address: Ipv4Addr) -> Vec<String> {
    let octets = address.octets().map(u32::from);
    let whole = u32::from(address);
    let parts: [fn(u32) -> String; 6] = [
        |n| format!("{n}"),
        |n| format!("0x{n:x}"),
        |n| format!("0X{n:X}"),
        |n| format!("0{n:o}"),
        |n| format!("000000{n:o}"),
        |n| format!("0x0000{n:x}"),
    ];
    let mut found = Vec::new();
    for (at, write) in parts.iter().enumerate() {
        let other = parts[(at + 1) % parts.len()];
        let [first, second, third, fourth] = octets;
        found.push(write(whole));
        found.push(format!("{}.{}", write(first), other(whole & 0xff_ffff)));
        found.push(format!("{}.{}.{}", other(first), write(second), write(whole & 0xffff)));
        found.push(format!("{}.{}.{}.{}", write(first), write(second), write(third), write(fourth)));
        found.push(format!("{}.{}.{}.{}", write(first), other(second), write(third), other(fourth)));
    }
    let dotted = address.to_string();
    let each = |map: fn(char) -> String| dotted.chars().map(map).collect::<String>();
    found.push(each(|c| format!("%{:02x}", c as u32)));
    found.push(each(|c| {
        c.to_digit(10).map_or_else(|| "。".to_owned(), |n| format!("{}", char::from_u32(0xff10 + n).unwrap()))
    }));
    found.push(each(|c| {
        c.to_digit(10).map_or_else(|| "．".to_owned(), |n| format!("{}", char::from_u32(0x1d7ce + n).unwrap()))
    }));
    found.push(each(|c| match c.to_digit(10) {
        None => "｡".to_owned(),
        Some(0) => "⓪".to_owned(),
        Some(n) => format!("{}", char::from_u32(0x2460 + n - 1).unwrap()),
    }));
    found.extend(found.clone().into_iter().map(|text| format!("{text}.")));
    let [high, low] = [whole >> 16, whole & 0xffff];
    for embedded in [
        format!("::{dotted}"),
        format!("::ffff:{dotted}"),
        format!("::ffff:{high:x}:{low:x}"),
        format!("0:0:0:0:0:ffff:{high:04X}:{low:04X}"),
        format!("::ffff:0:{dotted}"),
        format!("64:ff9b::{dotted}"),
        format!("64:ff9b:1::{dotted}"),
        format!("2002:{high:x}:{low:x}::1"),
        format!("2001:0:{high:x}:{low:x}::"),
        format!("2001::{:x}:{:x}", high ^ 0xffff, low ^ 0xffff),
        format!("fe80::5efe:{dotted}"),
    ] {
        found.push(format!("[{embedded}]"));
    }
    found
}
