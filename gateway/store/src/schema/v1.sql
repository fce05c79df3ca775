-- What a person may want to ask stands in columns; what the gateway reads back of subscribers and phones stands in
-- `record`: one octet of version, then sealed. Editing a column beside a record changes nothing.

PRAGMA application_id = 0x50756d69; -- "Pumi"

-- What tells this box from its neighbours. The seed only scrambles M-TMSIs, which stand below in the clear: not sealed.
CREATE TABLE box (
    id          INTEGER PRIMARY KEY CHECK (id = 1),
    serial      TEXT    NOT NULL CHECK (length(serial) = 32),
    mme_group   INTEGER NOT NULL CHECK (mme_group BETWEEN 0 AND 65535),
    mme_code    INTEGER NOT NULL CHECK (mme_code BETWEEN 0 AND 255),
    tac         INTEGER NOT NULL CHECK (tac BETWEEN 0 AND 65535),
    first_teid  INTEGER NOT NULL CHECK (first_teid BETWEEN 1 AND 4294967295),
    first_ind   INTEGER NOT NULL CHECK (first_ind BETWEEN 0 AND 31),
    m_tmsi_seed BLOB    NOT NULL CHECK (length(m_tmsi_seed) = 8),
    -- Set in a backup, cleared when the backup is put to use.
    stamp       TEXT
) STRICT;

-- No number at or above a ceiling was ever used.
CREATE TABLE ceilings (
    counter TEXT PRIMARY KEY,
    ceiling INTEGER NOT NULL CHECK (ceiling >= 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE subscribers (
    imsi   TEXT PRIMARY KEY,
    name   TEXT NOT NULL,
    state  TEXT NOT NULL,
    record BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- No foreign key to subscribers: a phone may belong to another back end.
CREATE TABLE ues (
    imsi      TEXT PRIMARY KEY,
    imeisv    TEXT,
    guti      TEXT NOT NULL,
    tai       TEXT NOT NULL,
    addresses TEXT NOT NULL,
    record    BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE radio_capabilities (
    hash   BLOB PRIMARY KEY CHECK (length(hash) = 16),
    octets BLOB NOT NULL
) STRICT;

CREATE TABLE learned_cells (
    plmn    TEXT NOT NULL,
    kind    TEXT NOT NULL,
    number  INTEGER NOT NULL,
    address TEXT NOT NULL,
    PRIMARY KEY (plmn, kind, number)
) STRICT, WITHOUT ROWID;
