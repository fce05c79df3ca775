//! Hostile input: noise, and whole frames with anything in them.

use proptest::collection::vec;
use proptest::prelude::*;

use pumice_link::{Bytes, Deframer, FromSupervisor, Greeting, Versions, encode};

use crate::world::World;

proptest! {
    #[test]
    fn noise_is_survived_and_costs_the_box_nothing(noise in vec(vec(any::<u8>(), 0..300), 0..10)) {
        let mut world = World::new();
        let mut life = world.start();
        life.serving();
        for octets in noise {
            life.raw(&octets);
            life.seconds(1);
        }
        prop_assert!(life.plant.board && life.plant.cell);
        life.status();
    }

    #[test]
    fn any_whole_frame_gets_at_most_one_whole_frame_back(
        bodies in vec((0..3_u8, any::<u16>(), vec(any::<u8>(), 0..=64)), 1..40),
    ) {
        let mut world = World::new();
        let mut life = world.start();
        life.serving();
        life.connected = false;
        life.raw(&encode(0, 1, &Greeting::Hello(Versions::OURS)).unwrap());
        for (version, number, body) in bodies {
            // A sequence of octets begins with its length: as good a number of a variant as any.
            let frame = encode(version, number, &Bytes::from_slice(&body).unwrap()).unwrap();
            let reply = life.raw(&frame);
            let mut deframer = Deframer::default();
            let frames = reply.iter().filter_map(|&octet| deframer.push(octet)).collect::<Vec<_>>();
            prop_assert!(frames.len() <= 1);
            for frame in frames {
                let frame = frame.unwrap();
                let known = frame.message::<FromSupervisor>().is_some() || frame.message::<Greeting>().is_some();
                prop_assert!(known && frame.number == number);
            }
            life.step(100);
        }
    }
}
