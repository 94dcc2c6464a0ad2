"""The tables, in SQL: those of the first step, then what each later step brings.

Conventions of all tables: ids are integers that only grow; times are whole epoch seconds
(UTC), in the outbox whole epoch *milliseconds*; ``NULL`` is "none" or "the usual";
columns of type JSON hold what ``storage.sqlite.codec`` writes.  Hashes are signed 64-bit
integers, see ``storage.sqlite.identity``.  What a released step ran is never edited.
"""

FEEDS = """
CREATE TABLE feed (
    id            INTEGER PRIMARY KEY,
    url           TEXT NOT NULL UNIQUE,
    kind          TEXT NOT NULL DEFAULT 'feed',
    title         TEXT,
    site          TEXT,
    lang          TEXT,
    state         TEXT NOT NULL DEFAULT 'new',
    paused        INTEGER NOT NULL DEFAULT 0,
    etag          TEXT,
    last_modified TEXT,
    body_hash     BLOB,
    next_due      INTEGER NOT NULL DEFAULT 0,  -- 0: at once
    interval      INTEGER,                     -- seconds, the owner's wish
    last_polled   INTEGER,
    last_success  INTEGER,
    last_change   INTEGER,
    failures      INTEGER NOT NULL DEFAULT 0,
    last_error    TEXT,
    moved_to      TEXT,
    moved_count   INTEGER NOT NULL DEFAULT 0,
    rhythm        TEXT,
    reported      TEXT,
    added         INTEGER NOT NULL,
    removed       INTEGER NOT NULL DEFAULT 0   -- 1: not followed; the row stays for its entries
);
CREATE INDEX feed_due ON feed (next_due) WHERE paused = 0 AND removed = 0 AND state <> 'gone';
"""

ENTRIES = """
CREATE TABLE source (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    url  TEXT NOT NULL DEFAULT '',
    UNIQUE (name, url)
);
CREATE TABLE entry (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    feed_id   INTEGER NOT NULL REFERENCES feed (id),
    source_id INTEGER REFERENCES source (id),  -- the outlet, where the entry names one
    guid      TEXT,                            -- NULL: the url; "hash:..." when it was long
    url       TEXT NOT NULL,
    canonical TEXT,                            -- as identity.shortened writes it
    title     TEXT NOT NULL,
    summary   TEXT,
    text      TEXT,
    author    TEXT,
    lang      TEXT,                            -- as the feed says
    published INTEGER NOT NULL,                -- never changes once stored
    seen      INTEGER NOT NULL,
    revision  INTEGER NOT NULL DEFAULT 0,
    dated     INTEGER NOT NULL DEFAULT 1,
    baseline  INTEGER NOT NULL DEFAULT 0,
    digest    INTEGER NOT NULL                 -- of what makes a revision: title, summary, link
);
-- by which an entry is known again: hashes of its guids and titles within its feed, and of
-- its canonical links
CREATE TABLE entry_key (
    key      INTEGER NOT NULL,
    entry_id INTEGER NOT NULL,
    PRIMARY KEY (key, entry_id)
) WITHOUT ROWID;
-- stored, not decided yet at this revision
CREATE TABLE pending (
    seen     INTEGER NOT NULL,
    entry_id INTEGER NOT NULL,
    PRIMARY KEY (seen, entry_id)
) WITHOUT ROWID;
"""

WATCHLIST = """
CREATE TABLE entity (
    id          INTEGER PRIMARY KEY,
    slug        TEXT NOT NULL UNIQUE,
    body        JSON,                          -- NULL: not watched (any more), but referred to
    muted_until INTEGER
);
CREATE TABLE entity_name (
    name      TEXT NOT NULL,                   -- folded
    entity_id INTEGER NOT NULL REFERENCES entity (id),
    PRIMARY KEY (name, entity_id)
) WITHOUT ROWID;
"""

DECISIONS = """
CREATE TABLE decision (
    entry_id  INTEGER NOT NULL,
    revision  INTEGER NOT NULL,
    decided   INTEGER NOT NULL,
    verdict   INTEGER NOT NULL,                -- 0 quiet, 1 quiet + digest, 2 alert, 3 edit, 4 reply
    lang      TEXT,
    reasons   JSON,
    PRIMARY KEY (entry_id, revision)
) WITHOUT ROWID;
CREATE INDEX decision_told ON decision (decided) WHERE verdict > 0;
-- what was found in the latest revision looked at; no row where nothing was
CREATE TABLE finding (
    entry_id    INTEGER PRIMARY KEY REFERENCES entry (id),
    revision    INTEGER NOT NULL,
    story_id    INTEGER REFERENCES story (id),
    feed_id     INTEGER NOT NULL,
    published   INTEGER NOT NULL,
    move        TEXT,                          -- kind of the main move
    fingerprint TEXT,
    keys        BLOB,                          -- ids of its story keys, packed
    mentions    JSON,
    moves       JSON,
    assignment  JSON,
    context     JSON
);
CREATE INDEX finding_story ON finding (story_id, entry_id) WHERE story_id IS NOT NULL;
CREATE INDEX finding_move ON finding (move, entry_id) WHERE move IS NOT NULL;
CREATE TABLE entry_entity (
    entity_id INTEGER NOT NULL,
    entry_id  INTEGER NOT NULL,
    PRIMARY KEY (entity_id, entry_id)
) WITHOUT ROWID;
"""

STORIES = """
CREATE TABLE story (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    headline    TEXT NOT NULL,
    url         TEXT NOT NULL,
    source      TEXT NOT NULL,
    opened      INTEGER NOT NULL,
    updated     INTEGER NOT NULL,
    entities    JSON,
    moves       JSON,
    outlets     JSON,
    follows     INTEGER,
    merged_into INTEGER,
    backstory   TEXT UNIQUE,                   -- its key in the seeds; NULL: told by entries
    alerted     INTEGER,
    revision    INTEGER NOT NULL DEFAULT 0,
    facts       TEXT
);
CREATE INDEX story_alerted ON story (alerted) WHERE alerted IS NOT NULL;
-- live stories only (not merged into another)
CREATE TABLE story_entity (
    entity_id INTEGER NOT NULL,
    opened    INTEGER NOT NULL,
    story_id  INTEGER NOT NULL,
    PRIMARY KEY (entity_id, opened, story_id)
) WITHOUT ROWID;
CREATE TABLE story_move (
    story_id INTEGER NOT NULL,
    ordinal  INTEGER NOT NULL,                 -- place in story.moves
    kind     TEXT NOT NULL,
    opened   INTEGER NOT NULL,
    PRIMARY KEY (story_id, ordinal)
) WITHOUT ROWID;
CREATE INDEX story_move_kind ON story_move (kind, opened);
CREATE INDEX story_move_opened ON story_move (opened);
CREATE TABLE move_party (
    word     TEXT NOT NULL,                    -- a folded word of a name, or "=slug"
    side     TEXT NOT NULL,                    -- 'person', 'from', 'to' or 'other'
    opened   INTEGER NOT NULL,
    story_id INTEGER NOT NULL,
    ordinal  INTEGER NOT NULL,
    PRIMARY KEY (word, side, opened, story_id, ordinal)
) WITHOUT ROWID;
CREATE TABLE story_event (
    id       INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    kind     TEXT NOT NULL,                    -- 'join', 'merge' or 'split'
    story_id INTEGER NOT NULL,                 -- where the entry or story went
    other_id INTEGER,                          -- the story that was merged or left
    entry_id INTEGER                           -- the entry that joined, proved it or left
);
CREATE INDEX story_event_story ON story_event (story_id);
-- keys by which entries of stories are found: a dictionary with document frequencies,
-- and for each key its entries in order of time
CREATE TABLE story_key (
    id  INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    df  INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE story_key_entry (
    key_id    INTEGER NOT NULL,
    published INTEGER NOT NULL,
    entry_id  INTEGER NOT NULL,
    PRIMARY KEY (key_id, published, entry_id)
) WITHOUT ROWID;
"""

SEARCH = """
CREATE VIRTUAL TABLE entry_words USING fts5 (
    body, content='', columnsize=0, detail=none, tokenize='unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE backstory_words USING fts5 (
    body, content='', columnsize=0, detail=none, tokenize='unicode61 remove_diacritics 2'
);
-- in how many of the sampled entries a word stands
CREATE TABLE word (
    word TEXT PRIMARY KEY,
    df   INTEGER NOT NULL
) WITHOUT ROWID;
"""

OUTBOX = """
CREATE TABLE delivery (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    key           TEXT NOT NULL UNIQUE,        -- 24 hex characters
    destination   TEXT NOT NULL,
    story_id      INTEGER NOT NULL,
    revision      INTEGER NOT NULL,
    alert         JSON NOT NULL,
    state         TEXT NOT NULL DEFAULT 'pending',
    priority      INTEGER NOT NULL DEFAULT 0,
    created       INTEGER NOT NULL,            -- all times of this table: milliseconds
    due           INTEGER NOT NULL,
    attempts      INTEGER NOT NULL DEFAULT 0,
    first_attempt INTEGER,
    last_attempt  INTEGER,
    last_error    TEXT,
    ambiguous     INTEGER NOT NULL DEFAULT 0,
    message_id    TEXT,
    reply_to      TEXT,
    lease_until   INTEGER,
    worker        TEXT,
    announced     INTEGER,                     -- when its death was told; NULL: not yet
    update_kind   TEXT,                        -- NULL: the story's first message; 'edit' or 'reply'
    ping_role     INTEGER,                     -- Discord role to ping, NULL: nobody
    holds         INTEGER NOT NULL DEFAULT 0,  -- a retry that the whole destination waits for
    touched       INTEGER NOT NULL,            -- last write, by the wall clock: shows when that stepped back
    batch         TEXT                         -- key of the digest message that it is folded into
);
CREATE INDEX delivery_open ON delivery (destination, priority DESC, id)
    WHERE state IN ('pending', 'retry', 'claimed');
CREATE INDEX delivery_dead ON delivery (id) WHERE state = 'dead' AND announced IS NULL;
CREATE INDEX delivery_story ON delivery (story_id, destination);
-- the first message about a story at a destination: what edits change and replies answer
CREATE TABLE story_message (
    story_id    INTEGER NOT NULL,
    destination TEXT NOT NULL,
    message_id  TEXT NOT NULL,
    PRIMARY KEY (story_id, destination)
) WITHOUT ROWID;
"""

GUILDS = """
CREATE TABLE guild (
    id       INTEGER PRIMARY KEY,              -- Discord's snowflake
    name     TEXT NOT NULL DEFAULT '',
    removed_at INTEGER,
    settings JSON
);
CREATE TABLE route (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    guild       INTEGER REFERENCES guild (id),
    destination TEXT NOT NULL,
    kinds       JSON,
    entities    JSON,
    tiers       JSON,
    langs       JSON,
    min_score   REAL NOT NULL DEFAULT 0,
    ping_role   INTEGER,
    ping_kinds  JSON,
    quiet_hours TEXT,
    timezone    TEXT NOT NULL DEFAULT 'UTC',
    digest      TEXT NOT NULL DEFAULT 'off'
);
CREATE INDEX route_guild ON route (guild);
CREATE TABLE guild_mute (
    guild       INTEGER NOT NULL REFERENCES guild (id),
    entity_id   INTEGER NOT NULL REFERENCES entity (id),
    until       INTEGER,                       -- NULL: for good
    PRIMARY KEY (guild, entity_id)
) WITHOUT ROWID;
CREATE TABLE guild_feedback (
    guild   INTEGER NOT NULL REFERENCES guild (id),
    alias   TEXT NOT NULL,
    context TEXT NOT NULL,
    weight  REAL NOT NULL DEFAULT 0,
    PRIMARY KEY (guild, alias, context)
) WITHOUT ROWID;
"""

MARKS = """
CREATE TABLE setting (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
-- what was ever loaded from the seeds, so that what people remove stays removed
CREATE TABLE seeded (
    kind TEXT NOT NULL,
    key  TEXT NOT NULL,
    PRIMARY KEY (kind, key)
) WITHOUT ROWID;
CREATE TABLE tally (
    name TEXT PRIMARY KEY,
    n    INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO tally VALUES ('fingerprints', 0), ('watchlist', 0);
"""

# The first step's tables of servers were never written to: made anew.
SERVERS = """
DROP TABLE guild_feedback;
DROP TABLE guild_mute;
DROP TABLE route;
DROP TABLE guild;
CREATE TABLE guild (
    id       INTEGER PRIMARY KEY,              -- Discord's snowflake
    name     TEXT NOT NULL,
    timezone TEXT NOT NULL DEFAULT 'UTC',
    joined   INTEGER NOT NULL,
    left_at  INTEGER                           -- NULL: the bot is in it
);
CREATE TABLE route (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    guild       INTEGER NOT NULL REFERENCES guild (id),
    destination TEXT NOT NULL,
    kinds       JSON,
    entities    JSON,
    tiers       JSON,
    langs       JSON,
    min_score   REAL NOT NULL DEFAULT 0,
    ping_role   INTEGER,
    ping_kinds  JSON,
    quiet_hours TEXT,
    digest      TEXT NOT NULL DEFAULT 'off',
    cooldown    INTEGER NOT NULL DEFAULT 0,    -- seconds
    created     INTEGER NOT NULL
);
CREATE INDEX route_guild ON route (guild);
-- how webhooks of servers are written to; kept after their route is gone, for what they told
CREATE TABLE webhook (
    id     INTEGER PRIMARY KEY,                -- Discord's snowflake
    guild  INTEGER NOT NULL REFERENCES guild (id),
    secret TEXT NOT NULL
);
CREATE TABLE guild_mute (
    guild     INTEGER NOT NULL REFERENCES guild (id),
    entity_id INTEGER NOT NULL REFERENCES entity (id),
    until     INTEGER,                         -- NULL: until somebody ends it
    by        INTEGER,
    since     INTEGER NOT NULL,
    PRIMARY KEY (guild, entity_id)
) WITHOUT ROWID;
CREATE TABLE lesson (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    guild     INTEGER NOT NULL REFERENCES guild (id),
    entity_id INTEGER NOT NULL REFERENCES entity (id),
    alias     TEXT NOT NULL,
    words     JSON,
    weight    REAL NOT NULL,
    story_id  INTEGER NOT NULL,
    headline  TEXT NOT NULL,
    by        INTEGER,
    at        INTEGER NOT NULL
);
CREATE INDEX lesson_guild ON lesson (guild);
INSERT INTO tally VALUES ('servers', 0);
-- lines that wait to be told together: of a digest, of a mute, of a cooldown
CREATE TABLE waiting_line (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    destination TEXT NOT NULL,
    story_id    INTEGER NOT NULL,
    revision    INTEGER NOT NULL,
    alert       JSON NOT NULL,
    occasion    TEXT NOT NULL,                 -- 'digest', 'muted' or 'cooldown'
    about       TEXT,                          -- slug of the entity that is muted or cools down
    guild       INTEGER,
    added       INTEGER NOT NULL,              -- milliseconds, as in delivery
    due         INTEGER,
    UNIQUE (destination, story_id)
);
ALTER TABLE delivery ADD COLUMN occasion TEXT; -- why the lines of a batch stand together
CREATE INDEX delivery_told ON delivery (destination, created) WHERE update_kind IS NULL AND batch IS NULL;
"""

HELD = "ALTER TABLE feed ADD COLUMN held BLOB;"  # entries of the last body: watchers.sources.slices

FOLDER = "ALTER TABLE feed ADD COLUMN folder JSON;"  # names, the outermost first; NULL: in none

# whose entries were that are stored no more but stay known; those pruned before this step are nobody's
PRUNED = """
CREATE TABLE pruned (
    entry_id INTEGER PRIMARY KEY,
    feed_id  INTEGER NOT NULL REFERENCES feed (id)
);
"""

VALIDATES = "ALTER TABLE feed ADD COLUMN validates TEXT;"  # whose etag and last_modified are; NULL: url's

# the keys of a feed's entries side by side: a poll writes a page or two of them, not one for each
CLUSTERED = """
CREATE TABLE clustered_key (
    feed_id  INTEGER NOT NULL,                 -- 0: of an entry that was pruned before PRUNED
    key      INTEGER NOT NULL,
    entry_id INTEGER NOT NULL,
    PRIMARY KEY (feed_id, key, entry_id)
) WITHOUT ROWID;
INSERT INTO clustered_key
    SELECT coalesce(entry.feed_id, pruned.feed_id, 0) AS owner, key, entry_key.entry_id FROM entry_key
    LEFT JOIN entry ON entry.id = entry_key.entry_id LEFT JOIN pruned ON pruned.entry_id = entry_key.entry_id
    ORDER BY owner, key, entry_key.entry_id;
DROP TABLE entry_key;
ALTER TABLE clustered_key RENAME TO entry_key;
"""

FIRST = (FEEDS, ENTRIES, WATCHLIST, STORIES, DECISIONS, SEARCH, OUTBOX, GUILDS, MARKS)
