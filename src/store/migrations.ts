/** The schema, step by step. A step that was released is never changed: a change is a new step. */

/** Step N brings a state of version N to N+1; `PRAGMA user_version` holds how many were made. */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE agents (
     name TEXT PRIMARY KEY,
     id TEXT NOT NULL UNIQUE,
     spec TEXT NOT NULL,
     record TEXT NOT NULL
   ) STRICT;
   CREATE TABLE events (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     at TEXT NOT NULL,
     type TEXT NOT NULL,
     agent TEXT,
     data TEXT NOT NULL
   ) STRICT;
   CREATE INDEX events_by_agent ON events (agent, seq);
   CREATE INDEX events_by_time ON events (at);
   CREATE TABLE alerts (
     id TEXT PRIMARY KEY,
     at TEXT NOT NULL,
     severity TEXT NOT NULL,
     agent TEXT,
     message TEXT NOT NULL,
     acknowledged_at TEXT
   ) STRICT;`,
  `ALTER TABLE alerts ADD COLUMN rule TEXT NOT NULL DEFAULT 'manual';
   ALTER TABLE alerts ADD COLUMN closed_at TEXT;
   ALTER TABLE alerts ADD COLUMN rest TEXT NOT NULL DEFAULT '{}';
   CREATE TABLE deliveries (
     id TEXT PRIMARY KEY,
     at TEXT NOT NULL,
     state TEXT NOT NULL,
     alert TEXT NOT NULL,
     delivery TEXT NOT NULL
   ) STRICT;
   CREATE INDEX deliveries_by_alert ON deliveries (alert);
   CREATE TABLE silences (
     id TEXT PRIMARY KEY,
     silence TEXT NOT NULL
   ) STRICT;`,
  `CREATE TABLE samples (
     agent TEXT NOT NULL,
     step INTEGER NOT NULL,
     at INTEGER NOT NULL,
     n INTEGER NOT NULL,
     cpu_min REAL, cpu_avg REAL, cpu_max REAL,
     rss_min REAL NOT NULL, rss_avg REAL NOT NULL, rss_max REAL NOT NULL,
     response_min REAL, response_avg REAL, response_max REAL,
     processes INTEGER NOT NULL,
     health INTEGER NOT NULL,
     PRIMARY KEY (agent, step, at)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX samples_by_age ON samples (step, at);`,
  `CREATE TABLE cost_messages (
     id TEXT PRIMARY KEY,
     agent_id TEXT NOT NULL,
     agent TEXT NOT NULL,
     task TEXT,
     session TEXT NOT NULL,
     model TEXT NOT NULL,
     at TEXT NOT NULL,
     long_prompt INTEGER NOT NULL,
     input INTEGER NOT NULL,
     output INTEGER NOT NULL,
     cache_read INTEGER NOT NULL,
     cache_write INTEGER NOT NULL,
     cache_write_1h INTEGER NOT NULL,
     web_searches INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX cost_messages_by_agent ON cost_messages (agent_id);
   CREATE INDEX cost_messages_by_time ON cost_messages (at);
   CREATE TABLE cost_copies (
     session TEXT NOT NULL,
     message TEXT NOT NULL,
     PRIMARY KEY (session, message)
   ) STRICT;
   CREATE TABLE cost_totals (
     session TEXT NOT NULL,
     model TEXT NOT NULL,
     agent_id TEXT NOT NULL,
     agent TEXT NOT NULL,
     task TEXT,
     at TEXT NOT NULL,
     usd REAL NOT NULL,
     guess INTEGER NOT NULL,
     input INTEGER NOT NULL,
     output INTEGER NOT NULL,
     cache_read INTEGER NOT NULL,
     cache_write INTEGER NOT NULL,
     cache_write_1h INTEGER NOT NULL,
     web_searches INTEGER NOT NULL,
     PRIMARY KEY (session, model)
   ) STRICT;
   CREATE TABLE cost_files (
     path TEXT PRIMARY KEY,
     offset INTEGER NOT NULL
   ) STRICT;`,
  `CREATE TABLE messages (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL UNIQUE,
     sender TEXT NOT NULL,
     recipient TEXT NOT NULL,
     state TEXT NOT NULL,
     priority TEXT NOT NULL,
     queued_at TEXT NOT NULL,
     expires_at TEXT,
     reply_to TEXT,
     place INTEGER,
     bytes INTEGER NOT NULL,
     rest TEXT NOT NULL,
     body TEXT NOT NULL
   ) STRICT;
   CREATE INDEX messages_by_recipient ON messages (recipient, state);
   CREATE INDEX messages_by_sender ON messages (sender);
   CREATE INDEX messages_by_state ON messages (state, expires_at);
   CREATE INDEX messages_by_time ON messages (queued_at);
   CREATE INDEX messages_by_reply ON messages (reply_to) WHERE reply_to IS NOT NULL;
   CREATE TABLE message_places (
     agent TEXT PRIMARY KEY,
     last INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE subscriptions (
     agent TEXT NOT NULL,
     pattern TEXT NOT NULL,
     at TEXT NOT NULL,
     PRIMARY KEY (agent, pattern)
   ) STRICT;`,
  `CREATE TABLE tasks (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL UNIQUE,
     task TEXT NOT NULL,
     rest TEXT NOT NULL,
     launch TEXT NOT NULL,
     output TEXT
   ) STRICT;
   CREATE TABLE task_marks (
     name TEXT PRIMARY KEY,
     value INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;`,
];
