//! Somebody at a browser, who wants every page to be right.

use std::cell::RefCell;
use std::ops::Deref;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use pumice_browser::{Browser, ColorScheme, Context, Key, Page, Viewport, axe};

use crate::pictures;
use crate::stage::PASSWORD;

/// The box, by its name and by its address.
const HOME: [&str; 4] =
    ["https://10.90.0.1", "https://pumice.local", "http://10.90.0.1", "http://pumice.local"];

/// The page.
const SITE: &str = "https://10.90.0.1";

/// How long anything on a page may take while other tests keep the machine busy.
const PATIENCE: Duration = Duration::from_secs(25);

/// A tab of a profile of its own, on a common phone.
pub(crate) struct Person {
    page: Page,
    context: Context,
    /// Parts of console errors that belong to what the person does.
    pardoned: RefCell<Vec<&'static str>>,
}

impl Person {
    pub(crate) fn at(browser: &Browser) -> Self {
        Self::of(browser.context().unwrap())
    }

    fn of(context: Context) -> Self {
        let mut page = context.page().unwrap();
        page.set_patience(PATIENCE);
        page.set_viewport(Viewport::PHONE).unwrap();
        Self { page, context, pardoned: RefCell::default() }
    }

    pub(crate) fn context(&self) -> &Context {
        &self.context
    }

    /// Opens a path of the page.
    pub(crate) fn go(&self, path: &str) {
        self.page.open(&format!("{SITE}{path}")).unwrap();
    }

    /// Clicks on what leads to another page.
    pub(crate) fn press(&self, selector: &str) {
        self.page
            .follow(|page| page.click(selector))
            .unwrap_or_else(|error| panic!("{selector} at {}: {error}", self.page.url().unwrap_or_default()));
    }

    pub(crate) fn press_key(&self, key: Key) {
        self.page.press(key).unwrap();
    }

    pub(crate) fn fill_in(&self, fields: &[(&str, &str)]) {
        for (selector, text) in fields {
            self.page.fill(selector, text).unwrap();
        }
    }

    pub(crate) fn says(&self, selector: &str, part: &str) {
        if let Err(error) = self.page.wait_for_text(selector, part) {
            panic!("{} {error}\n{}", self.page.url().unwrap_or_default(), self.main());
        }
    }

    pub(crate) fn is_signed_in(&self, name: &str) {
        self.page.wait_for(&format!("a.person[aria-label='Signed in as {name}']")).unwrap();
    }

    pub(crate) fn is_at(&self, path: &str) {
        let url = self.page.url().unwrap();
        let here = HOME.iter().find_map(|origin| url.strip_prefix(origin)).unwrap_or(&url);
        assert_eq!(here, path, "{}", self.main());
    }

    /// All that the middle of the page says.
    pub(crate) fn main(&self) -> String {
        self.page.text("main").unwrap_or_default()
    }

    pub(crate) fn sign_in(&self, name: &str) {
        // A try counts as a failure until it is found right, and all who sign in here come from one address.
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        self.go("/login");
        self.fill_in(&[("#login-name", name), ("#login-password", PASSWORD)]);
        self.press("main button.primary");
        self.is_at("/");
    }

    /// The page shows that the box starts anew; what fails meanwhile is as it should be. Waits until it has gone on by itself.
    pub(crate) fn is_taken_on_to(&self, path: &str) {
        let there = format!("location.pathname === {path:?} && document.readyState === 'complete'");
        self.page.wait_until(&there).unwrap();
        self.pardon("net::ERR_");
        self.is_right();
    }

    /// Console errors with this word are what is meant to happen until the next look.
    pub(crate) fn pardon(&self, word: &'static str) {
        self.pardoned.borrow_mut().push(word);
    }

    /// Nothing went wrong so far: no error on the console, no exception, no breach of the policy, no word to the outside.
    pub(crate) fn is_right(&self) {
        let at = self.page.url().unwrap();
        let pardoned = self.pardoned.take();
        let mut errors = self.page.console_errors().unwrap();
        errors.retain(|line| !pardoned.iter().any(|part| line.text.contains(part)));
        assert!(errors.is_empty(), "{at}: {errors:#?}");
        assert_eq!(self.page.exceptions().unwrap(), Vec::<String>::new(), "{at}");
        let foreign = self.page.foreign_requests(&HOME).unwrap();
        assert!(foreign.is_empty(), "{at}: {foreign:#?}");
        self.page.forget();
    }

    /// Judges the page as a whole: on no screen anything sticks out, in the dark and in the light nothing bars anybody
    /// (axe-core), nothing went wrong on the way here. Leaves a picture of it.
    pub(crate) fn look(&self, name: &str) {
        for screen in [Viewport::DESKTOP, Viewport::SMALLEST, Viewport::PHONE] {
            self.page.set_viewport(screen).unwrap();
            let sticking_out = self.page.sticking_out().unwrap();
            assert!(sticking_out.is_empty(), "{name} at {} px: {sticking_out:#?}", screen.width);
        }
        for scheme in [ColorScheme::Dark, ColorScheme::Light] {
            self.page.set_color_scheme(scheme).unwrap();
            self.bars_nobody(&format!("{name}, {scheme:?}"));
        }
        pictures::take(&self.page, name);
        self.is_right();
    }

    pub(crate) fn bars_nobody(&self, name: &str) {
        let violations = self.page.axe().unwrap();
        assert!(violations.is_empty(), "{name}:\n{}", axe::describe(&violations));
    }
}

impl Deref for Person {
    type Target = Page;

    fn deref(&self) -> &Page {
        &self.page
    }
}
