use super::*;

const RGB: Lamps = Lamps::NONE.with(Colour::Red).with(Colour::Green).with(Colour::Blue);

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// What one lamp does for 12 seconds, looked at every 20 ms as the hardware's thread does.
fn rhythm(fitted: Lamps, state: LedState) -> Vec<bool> {
    let mut player = Player::new(fitted, Duration::ZERO);
    player.show(state, Duration::ZERO);
    (0..600).map(|look| player.lamps(millis(look * 20)) != Lamps::NONE).collect()
}

#[test]
fn no_two_states_have_the_same_rhythm_but_those_that_are_off() {
    for fitted in [RGB, Lamps::NONE.with(Colour::Green), Lamps::NONE.with(Colour::Red)] {
        for (at, state) in LedState::ALL.into_iter().enumerate() {
            for other in LedState::ALL.into_iter().skip(at + 1) {
                let both_off = matches!((state, other), (LedState::ResetNothing, LedState::Off));
                let same = rhythm(fitted, state) == rhythm(fitted, other);
                assert_eq!(same, both_off, "{state:?} and {other:?}");
            }
        }
    }
}

#[test]
fn every_state_but_off_is_seen_on_every_set_of_lamps() {
    let colours = [Colour::Green, Colour::Red, Colour::Blue, Colour::Amber, Colour::White];
    for set in 1..32_u8 {
        let fitted = colours
            .into_iter()
            .enumerate()
            .filter(|(at, _)| set & (1 << at) != 0)
            .fold(Lamps::NONE, |lamps, (_, colour)| lamps.with(colour));
        for state in LedState::ALL {
            let mut player = Player::new(fitted, Duration::ZERO);
            player.show(state, Duration::ZERO);
            let lit = player.lamps(Duration::ZERO);
            assert!(lit.bits & !fitted.bits == 0, "{state:?} lights what is not there");
            let dark = matches!(state, LedState::ResetNothing | LedState::Off);
            assert_eq!(lit == Lamps::NONE, dark, "{state:?} on {fitted:?}");
        }
    }
}

#[test]
fn colours_are_mixed_from_the_lamps_that_there_are() {
    let lit = |fitted: Lamps, state| {
        let mut player = Player::new(fitted, Duration::ZERO);
        player.show(state, Duration::ZERO);
        player.lamps(Duration::ZERO)
    };
    assert_eq!(lit(RGB, LedState::Serving), Lamps::NONE.with(Colour::Green));
    assert_eq!(lit(RGB, LedState::WaitingForCell), Lamps::NONE.with(Colour::Red).with(Colour::Green));
    assert_eq!(lit(RGB.with(Colour::Amber), LedState::WaitingForCell), Lamps::NONE.with(Colour::Amber));
    assert_eq!(lit(RGB, LedState::ResetShort), RGB);
    let one = Lamps::NONE.with(Colour::Green);
    assert_eq!(lit(one, LedState::Failing), one);
}

#[test]
fn a_new_state_begins_its_rhythm_and_the_same_one_goes_on() {
    let mut player = Player::new(RGB, millis(70));
    assert_eq!(player.state(), LedState::Booting);
    player.show(LedState::WaitingForCell, millis(1_000));
    let lit = |player: &Player, at| player.lamps(millis(at)) != Lamps::NONE;
    assert!(lit(&player, 1_000) && lit(&player, 1_199) && !lit(&player, 1_200) && !lit(&player, 2_999));
    player.show(LedState::WaitingForCell, millis(1_500));
    assert!(!lit(&player, 1_500) && lit(&player, 3_000));
    // A moment before the state began is no crash.
    assert!(lit(&player, 0));
}
