//! The device, its settings and its network, as the page sees them.

use std::sync::atomic::Ordering;

use serde_json::json;

use super::Page;
use crate::BrowserError;

/// A screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Viewport {
    /// Width in CSS pixels.
    pub width: u32,
    /// Height in CSS pixels.
    pub height: u32,
    /// Device pixels for each of them.
    pub scale: f64,
    /// The page's viewport tag counts, and scroll bars lie over the page.
    pub mobile: bool,
    /// It is touched.
    pub touch: bool,
}

impl Viewport {
    /// The smallest phone that the page promises to work on.
    pub const SMALLEST: Self = Self { width: 320, height: 568, scale: 2.0, mobile: true, touch: true };
    /// A common phone.
    pub const PHONE: Self = Self { width: 390, height: 844, scale: 2.0, mobile: true, touch: true };
    /// A laptop.
    pub const DESKTOP: Self = Self { width: 1280, height: 800, scale: 1.0, mobile: false, touch: false };
}

/// What a person prefers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColorScheme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Page {
    /// Shows the page on another screen.
    ///
    /// # Errors
    /// The browser is gone or refuses.
    pub fn set_viewport(&self, viewport: Viewport) -> Result<(), BrowserError> {
        let Viewport { width, height, scale, mobile, touch } = viewport;
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": mobile });
        self.call("Emulation.setDeviceMetricsOverride", &metrics)?;
        self.call("Emulation.setTouchEmulationEnabled", &json!({ "enabled": touch, "maxTouchPoints": 5 }))
            .map(drop)
    }

    /// Sets `prefers-color-scheme`.
    ///
    /// # Errors
    /// The browser is gone or refuses.
    pub fn set_color_scheme(&self, scheme: ColorScheme) -> Result<(), BrowserError> {
        let scheme = match scheme {
            ColorScheme::Light => "light",
            ColorScheme::Dark => "dark",
        };
        self.set_media("", &[("prefers-color-scheme", scheme)])
    }

    /// Sets the medium (`print`, or empty for the screen) and media features such as `prefers-reduced-motion`; what is
    /// not named goes back to what it was.
    ///
    /// # Errors
    /// The browser is gone or refuses.
    pub fn set_media(&self, medium: &str, features: &[(&str, &str)]) -> Result<(), BrowserError> {
        let features: Vec<_> =
            features.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
        self.call("Emulation.setEmulatedMedia", &json!({ "media": medium, "features": features })).map(drop)
    }

    /// Switches JavaScript on or off, for pages that are opened from now on. What the test itself evaluates still runs.
    ///
    /// # Errors
    /// The browser is gone or refuses.
    pub fn set_javascript(&self, enabled: bool) -> Result<(), BrowserError> {
        self.call("Emulation.setScriptExecutionDisabled", &json!({ "value": !enabled }))?;
        self.scripted.store(enabled, Ordering::Relaxed);
        Ok(())
    }

    /// Sets the person's language: a tag such as `pt-BR` for the page's own formatting, and the Accept-Language that is
    /// sent (`pt-BR,pt;q=0.9`).
    ///
    /// # Errors
    /// The browser is gone or refuses.
    pub fn set_language(&self, locale: &str, accept: &str) -> Result<(), BrowserError> {
        self.call("Emulation.setLocaleOverride", &json!({ "locale": locale }))?;
        let agent = json!({ "userAgent": self.profile.user_agent, "acceptLanguage": accept });
        self.call("Emulation.setUserAgentOverride", &agent).map(drop)
    }

    /// Sets the time zone, such as `Africa/Kampala`.
    ///
    /// # Errors
    /// The browser is gone, or does not know the zone.
    pub fn set_time_zone(&self, zone: &str) -> Result<(), BrowserError> {
        self.call("Emulation.setTimezoneOverride", &json!({ "timezoneId": zone })).map(drop)
    }

    /// Takes the page's network away, or gives it back. What is already on its way goes on.
    ///
    /// # Errors
    /// The browser is gone or refuses.
    pub fn set_offline(&self, offline: bool) -> Result<(), BrowserError> {
        let conditions =
            json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.call("Network.emulateNetworkConditions", &conditions).map(drop)
    }

    /// Fetches everything anew each time, or uses the cache.
    ///
    /// # Errors
    /// The browser is gone or refuses.
    pub fn set_cache(&self, enabled: bool) -> Result<(), BrowserError> {
        self.call("Network.setCacheDisabled", &json!({ "cacheDisabled": !enabled })).map(drop)
    }
}
