//! Step 3: the network's name and numbers.

use maud::{Markup, html};

use super::{Step, wizard};
use crate::component::{Field, Form, mistakes, post};
use crate::form::Entered;
use crate::frame::Frame;
use crate::text::t;

/// The page `/setup/network`.
#[derive(Debug, Clone)]
pub struct Network {
    /// The steps that are done.
    pub done: Vec<Step>,
    /// What was typed, or what is set now.
    pub entered: Entered,
}

/// `/setup/network`. Fields: `network_name`; `plmn` (`001-01`, `999-99` or `own`), `own_plmn`; `tac`; `band`.
pub fn network(frame: &Frame, view: &Network) -> Markup {
    let form = Form { frame, entered: &view.entered, scope: "network" };
    let chosen = view.entered.value("plmn");
    let own_id = format!("{}-plmn-own", form.scope);
    wizard(
        frame,
        Step::Network,
        &view.done,
        t!(frame, "network.title"),
        &html! {
            p.lead { (t!(frame, "network.text")) }
            (mistakes(form, &[
                ("network_name", t!(frame, "network.name")),
                ("plmn", t!(frame, "network.plmn")),
                ("own_plmn", t!(frame, "network.plmn.number")),
                ("tac", t!(frame, "network.tac")),
                ("band", t!(frame, "network.band")),
            ]))
            (post(frame, "/setup/network", &html! {
                (Field::text("network_name", t!(frame, "network.name")).hint(t!(frame, "network.name.hint")).required()
                    .autocomplete("off").max(32).show(form))
                fieldset.ways #network-plmn {
                    legend { (t!(frame, "network.plmn")) }
                    p.hint { (t!(frame, "network.plmn.hint")) }
                    (form.radio("plmn", "001-01", t!(frame, "network.plmn.test"), Some(t!(frame, "network.plmn.test.hint")),
                        chosen.is_empty() || chosen == "001-01"))
                    (form.radio("plmn", "999-99", t!(frame, "network.plmn.private"), Some(t!(frame, "network.plmn.private.hint")),
                        chosen == "999-99"))
                    div.way {
                        input type="radio" id=(own_id) name="plmn" value="own" checked[chosen == "own"]
                            aria-describedby={ (own_id) "-hint" };
                        label for=(own_id) { (t!(frame, "network.plmn.own")) }
                        p.hint id={ (own_id) "-hint" } { (t!(frame, "network.plmn.own.hint")) }
                        div.fields {
                            (Field::text("own_plmn", t!(frame, "network.plmn.number")).hint(t!(frame, "network.plmn.number.hint"))
                                .code().autocomplete("off").max(7).show(form))
                        }
                    }
                }
                (Field::digits("tac", t!(frame, "network.tac")).hint(t!(frame, "network.tac.hint")).required().code()
                    .autocomplete("off").max(5).show(form))
                (Field::text("band", t!(frame, "network.band")).hint(t!(frame, "network.band.hint")).autocomplete("off").max(40)
                    .show(form))
                div.actions { button.primary type="submit" { (t!(frame, "action.continue")) } }
            }))
        },
    )
}
