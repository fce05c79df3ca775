-- What the box keeps for the people who look after it. Columns are for a person who asks; a `record` is one octet of version
-- and then a postcard, sealed where the comment says so.

-- Starts of the gateway, and the last time of day that was trusted.
CREATE TABLE starts (
    id           INTEGER PRIMARY KEY CHECK (id = 1),
    boots        INTEGER NOT NULL CHECK (boots BETWEEN 0 AND 4294967295),
    unix_seconds INTEGER CHECK (unix_seconds >= 0)
) STRICT;

-- The record is sealed: the hash of a password is in it, and the role that counts.
CREATE TABLE accounts (
    name   TEXT PRIMARY KEY,
    role   TEXT NOT NULL,
    record BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The token is a hash: the token itself is in the browser alone. The boot and the milliseconds are those of the last use.
CREATE TABLE sessions (
    token       BLOB PRIMARY KEY CHECK (length(token) = 32),
    account     TEXT    NOT NULL,
    used_boot   INTEGER NOT NULL,
    used_millis INTEGER NOT NULL,
    record      BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

-- Numbers have no gaps; the oldest go.
CREATE TABLE audit (
    number       INTEGER PRIMARY KEY,
    boot         INTEGER NOT NULL,
    at_millis    INTEGER NOT NULL,
    unix_seconds INTEGER,
    actor        TEXT NOT NULL,
    address      TEXT,
    action       TEXT NOT NULL,
    subject      TEXT NOT NULL,
    outcome      TEXT NOT NULL
) STRICT;

-- The record holds what may be shown; secrets are a record of their own, sealed.
CREATE TABLE revisions (
    number  INTEGER PRIMARY KEY CHECK (number >= 1),
    state   TEXT NOT NULL CHECK (state IN ('pending', 'trial', 'kept', 'reverted')),
    actor   TEXT NOT NULL,
    record  BLOB NOT NULL,
    secrets BLOB
) STRICT;

-- The record is sealed.
CREATE TABLE sim_batch (
    iccid  TEXT PRIMARY KEY CHECK (length(iccid) BETWEEN 18 AND 20),
    record BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- By day first: what a minute adds stands together, and costs few pages.
CREATE TABLE usage_days (
    day      INTEGER NOT NULL CHECK (day BETWEEN 0 AND 4294967295),
    imsi     TEXT    NOT NULL,
    uplink   INTEGER NOT NULL CHECK (uplink >= 0),
    downlink INTEGER NOT NULL CHECK (downlink >= 0),
    PRIMARY KEY (day, imsi)
) STRICT, WITHOUT ROWID;

-- Days that were folded. Year and month as 202611; 0 for days without a date.
CREATE TABLE usage_months (
    month    INTEGER NOT NULL CHECK (month BETWEEN 0 AND 4294967295),
    imsi     TEXT    NOT NULL,
    uplink   INTEGER NOT NULL CHECK (uplink >= 0),
    downlink INTEGER NOT NULL CHECK (downlink >= 0),
    PRIMARY KEY (month, imsi)
) STRICT, WITHOUT ROWID;

-- One row for the curves of a span, whatever happens: at most three.
CREATE TABLE history (
    step_seconds INTEGER PRIMARY KEY CHECK (step_seconds IN (30, 720, 21600)),
    record       BLOB NOT NULL CHECK (length(record) <= 4096)
) STRICT;
