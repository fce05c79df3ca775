//! The test sets of the standards.

use super::aes_modes::cmac;
use super::milenage::{Milenage, opc};
use super::nas_algorithms::{Direction, eea1, eea2, eea3, eia1, eia2, eia3};
use super::snow3g::Snow3g;
use super::zuc::Zuc;
use super::{hash_mme, k_asme};

fn octets(hex: &str) -> Vec<u8> {
    let digits: Vec<u32> = hex.chars().filter_map(|c| c.to_digit(16)).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] << 4 | pair[1]).unwrap()).collect()
}

fn array<const N: usize>(hex: &str) -> [u8; N] {
    octets(hex).try_into().unwrap()
}

const UP: Direction = Direction::Uplink;
const DOWN: Direction = Direction::Downlink;

/// One test set of TS 35.208 4.3: K, RAND, SQN, AMF, OP, OPc, f1, f1*, f2, f5, f3, f4, f5*.
fn milenage_set(set: [&str; 13]) {
    let [k, rand, sqn, amf, op, expected_opc, f1, f1_star, f2, f5, f3, f4, f5_star] = set;
    let (k, rand) = (array(k), array(rand));
    assert_eq!(opc(&k, &array(op)), array(expected_opc));
    let sim = Milenage::new(&k, &array(expected_opc));
    assert_eq!(sim.f1(&rand, array(sqn), array(amf)), (array(f1), array(f1_star)));
    assert_eq!(sim.f2_f5(&rand), (array(f2), array(f5)));
    assert_eq!(sim.f3(&rand), array(f3));
    assert_eq!(sim.f4(&rand), array(f4));
    assert_eq!(sim.f5_star(&rand), array(f5_star));
}

#[test]
fn milenage_set_1() {
    milenage_set([
        "465b5ce8b199b49faa5f0a2ee238a6bc",
        "23553cbe9637a89d218ae64dae47bf35",
        "ff9bb4d0b607",
        "b9b9",
        "cdc202d5123e20f62b6d676ac72cb318",
        "cd63cb71954a9f4e48a5994e37a02baf",
        "4a9ffac354dfafb3",
        "01cfaf9ec4e871e9",
        "a54211d5e3ba50bf",
        "aa689c648370",
        "b40ba9a3c58b2a05bbf0d987b21bf8cb",
        "f769bcd751044604127672711c6d3441",
        "451e8beca43b",
    ]);
}

#[test]
fn milenage_set_2() {
    milenage_set([
        "0396eb317b6d1c36f19c1c84cd6ffd16",
        "c00d603103dcee52c4478119494202e8",
        "fd8eef40df7d",
        "af17",
        "ff53bade17df5d4e793073ce9d7579fa",
        "53c15671c60a4b731c55b4a441c0bde2",
        "5df5b31807e258b0",
        "a8c016e51ef4a343",
        "d3a628ed988620f0",
        "c47783995f72",
        "58c433ff7a7082acd424220f2b67c556",
        "21a8c1f929702adb3e738488b9f5c5da",
        "30f1197061c1",
    ]);
}

#[test]
fn milenage_set_3() {
    milenage_set([
        "fec86ba6eb707ed08905757b1bb44b8f",
        "9f7c8d021accf4db213ccff0c7f71a6a",
        "9d0277595ffc",
        "725c",
        "dbc59adcb6f9a0ef735477b7fadf8374",
        "1006020f0a478bf6b699f15c062e42b3",
        "9cabc3e99baf7281",
        "95814ba2b3044324",
        "8011c48c0c214ed2",
        "33484dc2136b",
        "5dbdbb2954e8f3cde665b046179a5098",
        "59a92d3b476a0443487055cf88b2307b",
        "deacdd848cc6",
    ]);
}

#[test]
fn milenage_set_4() {
    milenage_set([
        "9e5944aea94b81165c82fbf9f32db751",
        "ce83dbc54ac0274a157c17f80d017bd6",
        "0b604a81eca8",
        "9e09",
        "223014c5806694c007ca1eeef57f004f",
        "a64a507ae1a2a98bb88eb4210135dc87",
        "74a58220cba84c49",
        "ac2cc74a96871837",
        "f365cd683cd92e96",
        "f0b9c08ad02e",
        "e203edb3971574f5a94b0d61b816345d",
        "0c4524adeac041c4dd830d20854fc46b",
        "6085a86c6f63",
    ]);
}

#[test]
fn cmac_of_sp_800_38b() {
    let key = array("2b7e151628aed2a6abf7158809cf4f3c");
    let text = octets("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411");
    assert_eq!(cmac(&key, &[], 0), 0xbb1d_6929_e959_3728_7fa3_7d12_9b75_6746);
    assert_eq!(cmac(&key, &text[..16], 128), 0x070a_16b4_6b4d_4144_f79b_dd9d_d04a_287c);
    assert_eq!(cmac(&key, &text, 320), 0xdfa6_6747_de9a_e630_30ca_3261_1497_c827);
}

#[test]
fn snow_3g_keystream_set_1() {
    let words = |hex: &str| {
        octets(hex).chunks(4).map(|w| u32::from_be_bytes(w.try_into().unwrap())).collect::<Vec<_>>()
    };
    let key = words("2bd6459f82c5b300952c49104881ff48");
    let iv = words("ea024714ad5c4d84df1f9b251c0bf45f");
    let mut snow = Snow3g::new(key.try_into().unwrap(), iv.try_into().unwrap());
    assert_eq!([snow.next(), snow.next()], [0xabee_9704, 0x7ac3_1373]);
}

#[test]
fn zuc_keystream_sets() {
    let pair = |key: &str, iv: &str| {
        let mut zuc = Zuc::new(&array(key), &array(iv));
        [zuc.next(), zuc.next()]
    };
    let (zeros, ones) = ("00000000000000000000000000000000", "ffffffffffffffffffffffffffffffff");
    assert_eq!(pair(zeros, zeros), [0x27be_de74, 0x0180_82da]);
    assert_eq!(pair(ones, ones), [0x0657_cfa0, 0x7096_398b]);
    let random = pair("3d4c4be96a82fdaeb58f641db17b455b", "84319aa8de6915ca1f6bda6bfbd8c766");
    assert_eq!(random, [0x14f1_c272, 0x3279_c419]);
}

/// TS 33.401 C.1 and C.3, set 1, and TS 35.223 set 1: the last octet's unused bits are not compared.
#[test]
fn eea_test_sets() {
    let key = array("d3c5d592327fb11c4035c6680af8c6d1");
    let plain = octets("981ba6824c1bfb1ab485472029b71d808ce33e2cc3c0b5fc1f3de8a6dc66b1f0");
    let compare = |got: &[u8], expected: &str| {
        let expected = octets(expected);
        assert_eq!(got[..31], expected[..31]);
        assert_eq!(got[31] & 0xf8, expected[31] & 0xf8);
    };
    let mut data = plain.clone();
    eea1(&key, 0x398a_59b4, 0x15, DOWN, &mut data);
    compare(&data, "5d5bfe75eb04f68ce0a12377ea00b37d47c6a0ba06309155086a859c4341b378");
    let mut data = plain;
    eea2(&key, 0x398a_59b4, 0x15, DOWN, &mut data);
    compare(&data, "e9fed8a63d155304d71df20bf3e82214b20ed7dad2f233dc3c22d7bdeeed8e78");
    let mut data = octets("6cf65340735552ab0c9752fa6f9025fe0bd675d9005875b2");
    eea3(&array("173d14ba5003731d7a60049470f00a29"), 0x6603_5492, 0x0f, UP, &mut data);
    assert_eq!(data, octets("a6c85fc66afb8533aafc2518dfe784940ee1e4b030238cc8"));
}

#[test]
fn eia1_test_sets() {
    let message = octets("3332346263393861373479");
    assert_eq!(
        eia1(&array("2bd6459f82c5b300952c49104881ff48"), 0x38a6_f056, 0x1f, UP, &message, 88),
        0x731f_1165
    );
    let message = octets("b3d3c9170a4e1632f60f861013d22d84b726b6a278d802d1eeaf1321ba5929dc");
    assert_eq!(
        eia1(&array("7e5e94431e11d73828d739cc6ced4573"), 0x36af_6144, 0x18, DOWN, &message, 254),
        0xe325_9f6f
    );
    let message = octets(
        "35c68716633c66fb750c266865d53c11ea05b1e9fa49c8398d48e1efa5909d3947902837f5ae96d5a05bc8d61ca8dbef
         1b13a4b4abfe4fb1006045b674bb54729304c382be53a5af05556176f6eaa2ef1d05e4b083181ee674cda5a485f74d7a",
    );
    assert_eq!(
        eia1(&array("83fd23a244a74cf358da3019f1722635"), 0x36af_6144, 0x0f, DOWN, &message, 768),
        0xbba7_4492
    );
}

#[test]
fn eia2_test_sets() {
    let message = octets("3332346263393840");
    assert_eq!(
        eia2(&array("2bd6459f82c5b300952c49104881ff48"), 0x38a6_f056, 0x18, UP, &message, 58),
        0x118c_6eb8
    );
    let message = octets("484583d5afe082ae");
    assert_eq!(
        eia2(&array("d3c5d592327fb11c4035c6680af8c6d1"), 0x398a_59b4, 0x1a, DOWN, &message, 64),
        0xb937_87e6
    );
}

#[test]
fn eia3_test_sets() {
    assert_eq!(eia3(&[0; 16], 0, 0, UP, &[0; 4], 1), 0xc8a9_595e);
    let key = array("47054125561eb2dda94059da05097850");
    assert_eq!(eia3(&key, 0x561e_b2dd, 0x14, UP, &[0; 12], 90), 0x6719_a088);
    let message = octets(
        "983b41d47d780c9e1ad11d7eb70391b1de0b35da2dc62f83e7b78d6306ca0ea07e941b7be91348f9fcb170e2217fecd9
         7f9f68adb16e5d7d21e569d280ed775cebde3f4093c5388100000000",
    );
    let key = array("c9e6cec4607c72db000aefa88385ab0a");
    assert_eq!(eia3(&key, 0xa940_59da, 0x0a, DOWN, &message, 577), 0xfae8_ff0b);
}

/// An octet-aligned length that is a multiple of 32 takes another path than the test sets above.
#[test]
fn eia3_of_whole_words_is_the_sum_of_the_keystream() {
    let key = array("c9e6cec4607c72db000aefa88385ab0a");
    let zeros = eia3(&key, 7, 0, UP, &[0; 8], 64);
    let mut zuc = Zuc::new(&key, &array("00000007000000000000000700000000"));
    let words: Vec<u32> = (0..4).map(|_| zuc.next()).collect();
    assert_eq!(zeros, words[2] ^ words[3]);
}

#[test]
fn k_asme_binds_the_network() {
    let (here, there) = ("00101".parse().unwrap(), "001001".parse().unwrap());
    let of = |plmn| k_asme(&[1; 16], &[2; 16], plmn, [3; 6]);
    assert_ne!(of(here), of(there));
    assert_ne!(hash_mme(b"a"), hash_mme(b"b"));
}
