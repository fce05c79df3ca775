//! The microcontroller: clocks, pins, serial lines, watchdog, ADC. Names and numbers are the data sheet's.
//!
//! | pin | what |
//! |---|---|
//! | PA0, PA1 | UART0: the link to the gateway, 115200 8N1 |
//! | PD2, PD3 | UART1: defmt |
//! | PB0 | the board's rail |
//! | PB1 | the cell's rail |
//! | PB4 | the board's reset line, through an open-drain transistor |
//! | ADC0-ADC3 | battery voltage and current, panel voltage and current |

use core::convert::Infallible;

use embedded_hal::digital::{ErrorType, OutputPin};

use crate::mmio::Register;

/// 200 MHz of the PLL by 16.
pub(crate) const CLOCK_HZ: u32 = 12_500_000;

const SYSCTL: usize = 0x400f_e000;
const GPIO_A: usize = 0x4000_4000;
const GPIO_B: usize = 0x4000_5000;
const GPIO_D: usize = 0x4000_7000;
const UART0: usize = 0x4000_c000;
const UART1: usize = 0x4000_d000;

const fn register(base: usize, offset: usize) -> Register {
    // SAFETY: only called below, with registers of the data sheet. None of them reaches memory: there is no DMA.
    unsafe { Register::at(base + offset) }
}

const RIS: Register = register(SYSCTL, 0x050);
const RCC: Register = register(SYSCTL, 0x060);
const RCGC0: Register = register(SYSCTL, 0x100);
const RCGC1: Register = register(SYSCTL, 0x104);
const RCGC2: Register = register(SYSCTL, 0x108);

/// The PLL on the crystal of 8 MHz, and power to the peripherals.
pub(crate) fn start_clocks() {
    const BYPASS: u32 = 1 << 11;
    const PWRDN: u32 = 1 << 13;
    const USESYSDIV: u32 = 1 << 22;
    const SYSDIV_16: u32 = 0xf << 23;
    const XTAL_8_MHZ: u32 = 0xe << 6;
    const PLL_LOCKED: u32 = 1 << 6;
    RCC.write(SYSDIV_16 | BYPASS | PWRDN | XTAL_8_MHZ);
    RCC.write(SYSDIV_16 | USESYSDIV | BYPASS | XTAL_8_MHZ);
    // Without a lock it goes on with the crystal: slow is better than dead.
    if (0..100_000).any(|_| RIS.read() & PLL_LOCKED != 0) {
        RCC.write(SYSDIV_16 | USESYSDIV | XTAL_8_MHZ);
    }
    RCGC0.set(1 << 16 | 1 << 3);
    RCGC1.set(1 << 16 | 0b111);
    RCGC2.set(0b111_1111);
    // The data sheet wants three cycles before the first access.
    cortex_m::asm::delay(3);
}

/// An output.
pub(crate) struct Pin {
    data: Register,
    bit: u32,
}

impl Pin {
    fn output(port: usize, number: u8) -> Self {
        let bit = 1 << number;
        // The address is the mask: a write changes this pin alone.
        let data = register(port, usize::from(1_u8 << number) << 2);
        data.write(0);
        register(port, 0x400).set(bit);
        register(port, 0x51c).set(bit);
        Self { data, bit }
    }
}

impl ErrorType for Pin {
    type Error = Infallible;
}

impl OutputPin for Pin {
    fn set_low(&mut self) -> Result<(), Infallible> {
        self.data.write(0);
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        self.data.write(self.bit);
        Ok(())
    }
}

/// What the supervisor switches.
pub(crate) struct Pins<B, C, R> {
    pub(crate) board: B,
    pub(crate) cell: C,
    pub(crate) reset: R,
}

/// The pins of this board.
pub(crate) fn pins() -> Pins<Pin, Pin, Pin> {
    Pins { board: Pin::output(GPIO_B, 0), cell: Pin::output(GPIO_B, 1), reset: Pin::output(GPIO_B, 4) }
}

/// The link's and the log's serial lines.
pub(crate) fn start_serial() {
    uart(UART0, GPIO_A, 0b11);
    uart(UART1, GPIO_D, 0b1100);
}

const FLAGS: usize = 0x18;
const RX_EMPTY: u32 = 1 << 4;
const TX_FULL: u32 = 1 << 5;

/// 115200 8N1, with FIFOs.
fn uart(base: usize, port: usize, pins: u32) {
    register(port, 0x420).set(pins);
    register(port, 0x51c).set(pins);
    register(base, 0x30).write(0);
    // 12.5 MHz / 16 / 115200 = 6 + 50/64.
    register(base, 0x24).write(6);
    register(base, 0x28).write(50);
    register(base, 0x2c).write(0x70);
    register(base, 0x30).write(0x301);
}

fn receive(base: usize) -> Option<u8> {
    if register(base, FLAGS).read() & RX_EMPTY != 0 {
        return None;
    }
    let [octet, ..] = register(base, 0).read().to_le_bytes();
    Some(octet)
}

fn send(base: usize, octet: u8) -> bool {
    let room = register(base, FLAGS).read() & TX_FULL == 0;
    if room {
        register(base, 0).write(u32::from(octet));
    }
    room
}

/// UART0.
pub(crate) mod link {
    use cortex_m::interrupt::InterruptNumber;
    use cortex_m::peripheral::NVIC;

    use super::{UART0, register};
    use crate::ring::Ring;

    static RECEIVED: Ring = Ring::new();

    #[derive(Clone, Copy)]
    struct Uart0;

    // SAFETY: 5 is UART0's number, and no more than the vector table has.
    unsafe impl InterruptNumber for Uart0 {
        fn number(self) -> u16 {
            5
        }
    }

    /// Lets octets interrupt: each, and what is left in the FIFO after a pause.
    pub(crate) fn listen(_: &mut NVIC) {
        register(UART0, 0x38).write(1 << 4 | 1 << 6);
        // SAFETY: the handler is in place, and shares only the ring.
        unsafe { NVIC::unmask(Uart0) }
    }

    pub(crate) fn interrupt() {
        register(UART0, 0x44).write(1 << 4 | 1 << 6);
        while let Some(octet) = super::receive(UART0) {
            RECEIVED.put(octet);
        }
    }

    /// What came, as much as `into` takes.
    pub(crate) fn received(into: &mut [u8]) -> &[u8] {
        let mut count = 0;
        for (place, octet) in into.iter_mut().zip(core::iter::from_fn(|| RECEIVED.take())) {
            *place = octet;
            count += 1;
        }
        into.get(..count).unwrap_or_default()
    }

    /// `false`: the line is busy.
    pub(crate) fn send(octet: u8) -> bool {
        super::send(UART0, octet)
    }
}

/// UART1.
pub(crate) mod debug {
    use super::UART1;

    /// Waits for the line, but not for one that does not move: then what is logged is lost.
    pub(crate) fn send(octets: &[u8]) {
        for &octet in octets {
            if !(0..10_000).any(|_| super::send(UART1, octet)) {
                return;
            }
        }
    }
}

/// UART2, which brings readings of sensors in tests.
#[cfg(feature = "simulated-sensors")]
pub(crate) mod simulation {
    const UART2: usize = 0x4000_e000;
    const GPIO_G: usize = 0x4002_6000;

    pub(crate) fn start() {
        super::uart(UART2, GPIO_G, 0b11);
    }

    pub(crate) fn receive() -> Option<u8> {
        super::receive(UART2)
    }
}

/// The watchdog over this firmware: two seconds to the first time-out, which is ignored, and two more to the reset.
pub(crate) mod watchdog {
    use super::{CLOCK_HZ, Register, register};

    const BASE: usize = 0x4000_0000;
    const LOAD: Register = register(BASE, 0x000);
    const CTL: Register = register(BASE, 0x008);
    const ICR: Register = register(BASE, 0x00c);
    const LOCK: Register = register(BASE, 0xc00);
    const UNLOCK: u32 = 0x1acc_e551;

    pub(crate) fn start() {
        LOCK.write(UNLOCK);
        LOAD.write(2 * CLOCK_HZ);
        CTL.write(0b11);
        LOCK.write(0);
    }

    pub(crate) fn feed() {
        LOCK.write(UNLOCK);
        ICR.write(1);
        LOCK.write(0);
    }
}

/// The ADC: sequencer 3, which takes one sample each time that timer 0 says so.
#[cfg(not(feature = "simulated-sensors"))]
pub(crate) mod adc {
    use super::{CLOCK_HZ, Register, register};

    const ADC: usize = 0x4003_8000;
    const ACTSS: Register = register(ADC, 0x00);
    const EMUX: Register = register(ADC, 0x14);
    const SSMUX3: Register = register(ADC, 0xa0);
    const SSCTL3: Register = register(ADC, 0xa4);
    const SSFIFO3: Register = register(ADC, 0xa8);
    const SSFSTAT3: Register = register(ADC, 0xac);
    const TIMER0: usize = 0x4003_0000;

    /// What is measured.
    #[derive(Clone, Copy)]
    pub(crate) enum Channel {
        /// A pin.
        Input(u8),
        /// The chip's own sensor.
        Temperature,
    }

    pub(crate) fn start() {
        ACTSS.write(0);
        EMUX.write(5 << 12);
        ACTSS.write(1 << 3);
        // Periodic, 32 bits, every 5 ms, with a trigger to the ADC.
        register(TIMER0, 0x0c).write(0);
        register(TIMER0, 0x00).write(0);
        register(TIMER0, 0x04).write(2);
        register(TIMER0, 0x28).write(CLOCK_HZ / 200);
        register(TIMER0, 0x0c).write(0x21);
    }

    /// From now on, this one. What was measured of another is thrown away.
    pub(crate) fn select(channel: Channel) {
        ACTSS.write(0);
        let (pin, end) = match channel {
            Channel::Input(pin) => (pin, 0b0110),
            Channel::Temperature => (0, 0b1110),
        };
        SSMUX3.write(u32::from(pin));
        SSCTL3.write(end);
        // The FIFO holds one, but QEMU's has sixteen, and forgets to be empty when it wraps: no waiting for that.
        for _ in 0..16 {
            if latest().is_none() {
                break;
            }
        }
        ACTSS.write(1 << 3);
    }

    /// The next value in the FIFO.
    pub(crate) fn latest() -> Option<i32> {
        const EMPTY: u32 = 1 << 8;
        if SSFSTAT3.read() & EMPTY != 0 {
            return None;
        }
        i32::try_from(SSFIFO3.read() & 0x3ff).ok()
    }
}
