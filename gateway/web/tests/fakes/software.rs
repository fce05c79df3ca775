//! The software of the box.

use pumice_model::control::{Pending, Refusal};
use pumice_model::software::{
    ImageView, SideView, Software, SoftwareOrder, SoftwareView, StickUpdate, UpdateStage, UpdateView,
};

use super::House;

/// A box that was updated once.
pub(crate) fn image() -> ImageView {
    let side = |name: &str, version: &str, runs| SideView {
        name: name.to_owned(),
        version: Some(version.to_owned()),
        runs,
        good: true,
    };
    ImageView {
        sides: vec![side("A", "0.1.0", false), side("B", "0.1.1", true)],
        update: Some(UpdateView {
            stage: UpdateStage::Settled,
            version: Some("0.1.1".to_owned()),
            percent: None,
            reason: None,
        }),
        on_sticks: Vec::new(),
        received: 0,
    }
}

impl Software for House {
    fn software(&self) -> Pending<SoftwareView> {
        self.answer(|state| {
            let image =
                state.image.clone().map(|image| ImageView { received: state.update.len() as u64, ..image });
            Ok(SoftwareView { running: "0.1.1".to_owned(), image })
        })
    }

    fn receive(&self, offset: u64, piece: Vec<u8>) -> Pending<u64> {
        self.answer(|state| {
            if state.image.is_none() {
                return Err(Refusal::NotHere { lacks: "an image" });
            }
            if offset == 0 {
                state.update.clear();
            }
            if offset != state.update.len() as u64 {
                return Err(Refusal::TooLate);
            }
            state.update.extend_from_slice(&piece);
            Ok(state.update.len() as u64)
        })
    }

    fn order(&self, order: SoftwareOrder) -> Pending<()> {
        self.answer(|state| {
            let Some(image) = &mut state.image else { return Err(Refusal::NotHere { lacks: "an image" }) };
            if image.update.as_ref().is_some_and(|update| update.stage.is_busy()) {
                return Err(Refusal::Busy);
            }
            match &order {
                SoftwareOrder::Install { stick: None, .. } if state.update.is_empty() => {
                    return Err(Refusal::NotFound);
                }
                SoftwareOrder::Look => {
                    image.on_sticks = vec![StickUpdate {
                        name: "pumice-0.1.2.raucb".to_owned(),
                        version: Some("0.1.2".to_owned()),
                        problem: None,
                    }];
                }
                SoftwareOrder::Install { .. } | SoftwareOrder::Return => {
                    image.update = Some(UpdateView {
                        stage: UpdateStage::Asked,
                        version: None,
                        percent: None,
                        reason: None,
                    });
                }
            }
            state.software_orders.push(order);
            Ok(())
        })
    }
}
