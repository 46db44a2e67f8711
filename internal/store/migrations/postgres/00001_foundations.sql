-- +goose Up
-- Instants are UTC microseconds (BIGINT), ids are UUIDv7 text, JSON is text: the same on both databases.

CREATE TABLE agency (
  id TEXT PRIMARY KEY,
  -- One deployment serves one agency, also when two browsers set it up at once.
  single BIGINT NOT NULL DEFAULT 1 UNIQUE CHECK (single = 1),
  name TEXT NOT NULL,
  zone TEXT NOT NULL,
  demo BOOLEAN NOT NULL DEFAULT FALSE,
  policy_revision BIGINT NOT NULL DEFAULT 0,
  last_crisis_year BIGINT NOT NULL DEFAULT 0,
  last_crisis_number BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL
);

CREATE TABLE users (
  id TEXT PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  lang TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  must_change_password BOOLEAN NOT NULL DEFAULT FALSE,
  failed_sign_ins BIGINT NOT NULL DEFAULT 0,
  locked_until BIGINT NOT NULL DEFAULT 0,
  disabled_at BIGINT NOT NULL DEFAULT 0,
  last_seen_at BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  rev BIGINT NOT NULL DEFAULT 1
);

CREATE TABLE grants (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users(id),
  role TEXT NOT NULL,
  domain TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (user_id, role, domain)
);

CREATE TABLE sessions (
  token_hash TEXT PRIMARY KEY,
  user_id TEXT NOT NULL DEFAULT '',
  data BYTEA NOT NULL,
  expires_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE api_tokens (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users(id),
  name TEXT NOT NULL,
  prefix TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  scopes TEXT NOT NULL,
  expires_at BIGINT NOT NULL DEFAULT 0,
  revoked_at BIGINT NOT NULL DEFAULT 0,
  last_used_at BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL
);

CREATE TABLE clients (
  id TEXT PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  zone TEXT NOT NULL,
  lang TEXT NOT NULL,
  settings TEXT NOT NULL,
  hold_since BIGINT NOT NULL DEFAULT 0,
  hold_by TEXT NOT NULL DEFAULT '',
  hold_reason TEXT NOT NULL DEFAULT '',
  demo BOOLEAN NOT NULL DEFAULT FALSE,
  created_at BIGINT NOT NULL,
  updated_by TEXT NOT NULL DEFAULT '',
  updated_at BIGINT NOT NULL DEFAULT 0,
  rev BIGINT NOT NULL DEFAULT 1
);

CREATE TABLE contacts (
  id TEXT PRIMARY KEY,
  client_id TEXT NOT NULL REFERENCES clients(id),
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  title TEXT NOT NULL DEFAULT '',
  party TEXT NOT NULL,
  lang TEXT NOT NULL,
  removed_at BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL
);
CREATE INDEX contacts_client ON contacts (client_id);

CREATE TABLE targets (
  id TEXT PRIMARY KEY,
  client_id TEXT NOT NULL REFERENCES clients(id),
  platform TEXT NOT NULL,
  kind TEXT NOT NULL,
  account TEXT NOT NULL,
  url TEXT NOT NULL DEFAULT '',
  service_url TEXT NOT NULL DEFAULT '',
  identifier TEXT NOT NULL DEFAULT '',
  secret BYTEA NOT NULL,
  removed_at BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL
);
CREATE INDEX targets_client ON targets (client_id);

CREATE TABLE sources (
  id TEXT PRIMARY KEY,
  client_id TEXT NOT NULL REFERENCES clients(id),
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  secret BYTEA NOT NULL,
  previous_secret BYTEA NOT NULL,
  previous_until BIGINT NOT NULL DEFAULT 0,
  last_received_at BIGINT NOT NULL DEFAULT 0,
  disabled_at BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL
);
CREATE INDEX sources_client ON sources (client_id);

CREATE TABLE mentions (
  id TEXT PRIMARY KEY,
  client_id TEXT NOT NULL REFERENCES clients(id),
  source_id TEXT NOT NULL REFERENCES sources(id),
  dedupe_key TEXT NOT NULL,
  external_id TEXT NOT NULL DEFAULT '',
  platform TEXT NOT NULL,
  kind TEXT NOT NULL DEFAULT '',
  author_handle TEXT NOT NULL DEFAULT '',
  author_name TEXT NOT NULL DEFAULT '',
  author_followers BIGINT NOT NULL DEFAULT 0,
  text TEXT NOT NULL,
  match_text TEXT NOT NULL,
  title TEXT NOT NULL DEFAULT '',
  lang TEXT NOT NULL DEFAULT '',
  url TEXT NOT NULL DEFAULT '',
  group_name TEXT NOT NULL DEFAULT '',
  parent_external_id TEXT NOT NULL DEFAULT '',
  published_at BIGINT NOT NULL,
  published_zone TEXT NOT NULL DEFAULT '',
  received_at BIGINT NOT NULL,
  bucket_at BIGINT NOT NULL,
  reach BIGINT NOT NULL DEFAULT 0,
  engagement BIGINT NOT NULL DEFAULT 0,
  rating BIGINT NOT NULL DEFAULT 0,
  source_sentiment TEXT NOT NULL DEFAULT '',
  sentiment TEXT NOT NULL,
  sentiment_score BIGINT NOT NULL DEFAULT 0,
  sentiment_unsure BOOLEAN NOT NULL DEFAULT FALSE,
  person_sentiment TEXT NOT NULL DEFAULT '',
  person_sentiment_by TEXT NOT NULL DEFAULT '',
  concerns TEXT NOT NULL DEFAULT '',
  flags TEXT NOT NULL DEFAULT '',
  fresh BOOLEAN NOT NULL DEFAULT TRUE,
  demo BOOLEAN NOT NULL DEFAULT FALSE,
  screenshot_sha TEXT NOT NULL DEFAULT '',
  raw TEXT NOT NULL DEFAULT '',
  UNIQUE (client_id, dedupe_key)
);
CREATE INDEX mentions_client_time ON mentions (client_id, published_at DESC, id DESC);
CREATE INDEX mentions_client_received ON mentions (client_id, received_at);
CREATE INDEX mentions_time ON mentions (published_at DESC, id DESC);

CREATE TABLE media (
  sha TEXT NOT NULL,
  client_id TEXT NOT NULL REFERENCES clients(id),
  mime TEXT NOT NULL,
  bytes BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (client_id, sha)
);

CREATE TABLE buckets (
  client_id TEXT NOT NULL REFERENCES clients(id),
  bucket_at BIGINT NOT NULL,
  platform TEXT NOT NULL,
  mentions BIGINT NOT NULL DEFAULT 0,
  negative BIGINT NOT NULL DEFAULT 0,
  unsure BIGINT NOT NULL DEFAULT 0,
  reach BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (client_id, bucket_at, platform)
);

CREATE TABLE detector_states (
  client_id TEXT PRIMARY KEY REFERENCES clients(id),
  state TEXT NOT NULL,
  rev BIGINT NOT NULL DEFAULT 1,
  updated_at BIGINT NOT NULL
);

CREATE TABLE alerts (
  id TEXT PRIMARY KEY,
  client_id TEXT NOT NULL REFERENCES clients(id),
  state TEXT NOT NULL,
  stream TEXT NOT NULL,
  severity_proposed BIGINT NOT NULL,
  verdict TEXT NOT NULL,
  evidence TEXT NOT NULL,
  raised_at BIGINT NOT NULL,
  last_hit_at BIGINT NOT NULL,
  hits BIGINT NOT NULL DEFAULT 1,
  snoozed_until BIGINT NOT NULL DEFAULT 0,
  decided_by TEXT NOT NULL DEFAULT '',
  decided_at BIGINT NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '',
  note TEXT NOT NULL DEFAULT '',
  crisis_id TEXT NOT NULL DEFAULT '',
  rev BIGINT NOT NULL DEFAULT 1
);
-- One open alert per client and episode: the row itself decides the race.
CREATE UNIQUE INDEX alerts_one_open ON alerts (client_id) WHERE state IN ('open', 'snoozed');
CREATE INDEX alerts_client_time ON alerts (client_id, raised_at DESC);

CREATE TABLE playbooks (
  id TEXT NOT NULL,
  version BIGINT NOT NULL,
  yaml TEXT NOT NULL,
  hash TEXT NOT NULL,
  created_by TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  PRIMARY KEY (id, version)
);

CREATE TABLE crises (
  id TEXT PRIMARY KEY,
  client_id TEXT NOT NULL REFERENCES clients(id),
  number TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  severity BIGINT NOT NULL,
  severity_confirmed BOOLEAN NOT NULL DEFAULT FALSE,
  stage TEXT NOT NULL,
  status TEXT NOT NULL,
  wave BIGINT NOT NULL DEFAULT 1,
  lead_id TEXT NOT NULL DEFAULT '',
  crisis_type TEXT NOT NULL DEFAULT '',
  playbook_id TEXT NOT NULL,
  playbook_version BIGINT NOT NULL,
  alert_id TEXT NOT NULL DEFAULT '',
  first_mention_at BIGINT NOT NULL,
  opened_by TEXT NOT NULL DEFAULT '',
  opened_at BIGINT NOT NULL,
  stage_entered_at BIGINT NOT NULL,
  stage_moved_by TEXT NOT NULL DEFAULT '',
  resolved_at BIGINT NOT NULL DEFAULT 0,
  closed_at BIGINT NOT NULL DEFAULT 0,
  baseline TEXT NOT NULL,
  ack_waived_reason TEXT NOT NULL DEFAULT '',
  schedule_decision TEXT NOT NULL DEFAULT '',
  schedule_reason TEXT NOT NULL DEFAULT '',
  lessons TEXT NOT NULL DEFAULT '',
  playbook_change TEXT NOT NULL DEFAULT '',
  last_event_at BIGINT NOT NULL DEFAULT 0,
  run BIGINT NOT NULL DEFAULT 1,
  rev BIGINT NOT NULL DEFAULT 1,
  audit_seq BIGINT NOT NULL DEFAULT 0,
  audit_head BYTEA NOT NULL
);
CREATE INDEX crises_client ON crises (client_id, status);

CREATE TABLE crisis_stages (
  crisis_id TEXT NOT NULL REFERENCES crises(id),
  client_id TEXT NOT NULL REFERENCES clients(id),
  wave BIGINT NOT NULL,
  stage TEXT NOT NULL,
  entered_at BIGINT NOT NULL,
  left_at BIGINT NOT NULL DEFAULT 0,
  left_by TEXT NOT NULL DEFAULT '',
  overridden BOOLEAN NOT NULL DEFAULT FALSE,
  override_reason TEXT NOT NULL DEFAULT '',
  missing TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (crisis_id, wave, stage)
);

CREATE TABLE tasks (
  id TEXT PRIMARY KEY,
  client_id TEXT NOT NULL REFERENCES clients(id),
  crisis_id TEXT NOT NULL REFERENCES crises(id),
  wave BIGINT NOT NULL,
  stage TEXT NOT NULL,
  template_id TEXT NOT NULL,
  position BIGINT NOT NULL DEFAULT 0,
  kind TEXT NOT NULL DEFAULT '',
  title_he TEXT NOT NULL,
  title_en TEXT NOT NULL,
  help_he TEXT NOT NULL DEFAULT '',
  help_en TEXT NOT NULL DEFAULT '',
  required BOOLEAN NOT NULL DEFAULT FALSE,
  role TEXT NOT NULL DEFAULT '',
  assignee_id TEXT NOT NULL DEFAULT '',
  blocked_by TEXT NOT NULL DEFAULT '',
  due_at BIGINT NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT 'open',
  done_by TEXT NOT NULL DEFAULT '',
  done_at BIGINT NOT NULL DEFAULT 0,
  note TEXT NOT NULL DEFAULT '',
  UNIQUE (crisis_id, wave, stage, template_id)
);

CREATE TABLE clocks (
  id TEXT PRIMARY KEY,
  client_id TEXT NOT NULL REFERENCES clients(id),
  crisis_id TEXT NOT NULL REFERENCES crises(id),
  wave BIGINT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  due_at BIGINT NOT NULL DEFAULT 0,
  body TEXT NOT NULL,
  rev BIGINT NOT NULL DEFAULT 1,
  UNIQUE (crisis_id, wave, kind)
);

CREATE TABLE escalations (
  id TEXT PRIMARY KEY,
  client_id TEXT NOT NULL REFERENCES clients(id),
  crisis_id TEXT NOT NULL REFERENCES crises(id),
  wave BIGINT NOT NULL,
  clock_kind TEXT NOT NULL,
  step BIGINT NOT NULL,
  recipients TEXT NOT NULL,
  at BIGINT NOT NULL,
  acknowledged_by TEXT NOT NULL DEFAULT '',
  acknowledged_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX escalations_crisis ON escalations (crisis_id);

CREATE TABLE assessments (
  id TEXT PRIMARY KEY,
  client_id TEXT NOT NULL REFERENCES clients(id),
  crisis_id TEXT NOT NULL REFERENCES crises(id),
  revision BIGINT NOT NULL,
  body TEXT NOT NULL,
  advice TEXT NOT NULL DEFAULT '',
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (crisis_id, revision)
);

CREATE TABLE solution_steps (
  id TEXT PRIMARY KEY,
  client_id TEXT NOT NULL REFERENCES clients(id),
  crisis_id TEXT NOT NULL REFERENCES crises(id),
  text TEXT NOT NULL,
  owner_id TEXT NOT NULL DEFAULT '',
  due_at BIGINT NOT NULL DEFAULT 0,
  done_at BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL
);
CREATE INDEX solution_steps_crisis ON solution_steps (crisis_id);

CREATE TABLE handoffs (
  id TEXT PRIMARY KEY,
  client_id TEXT NOT NULL REFERENCES clients(id),
  crisis_id TEXT NOT NULL REFERENCES crises(id),
  mention_id TEXT NOT NULL DEFAULT '',
  title TEXT NOT NULL,
  channel TEXT NOT NULL,
  owner_id TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  limit_at BIGINT NOT NULL,
  answered_at BIGINT NOT NULL DEFAULT 0,
  closed_at BIGINT NOT NULL DEFAULT 0,
  outcome TEXT NOT NULL DEFAULT ''
);
CREATE INDEX handoffs_crisis ON handoffs (crisis_id);

CREATE TABLE plan_items (
  id TEXT PRIMARY KEY,
  client_id TEXT NOT NULL REFERENCES clients(id),
  crisis_id TEXT NOT NULL REFERENCES crises(id),
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  consent_note TEXT NOT NULL DEFAULT '',
  planned_for BIGINT NOT NULL DEFAULT 0,
  draft_id TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX plan_items_crisis ON plan_items (crisis_id);

CREATE TABLE reviews (
  id TEXT PRIMARY KEY,
  client_id TEXT NOT NULL REFERENCES clients(id),
  crisis_id TEXT NOT NULL REFERENCES crises(id),
  wave BIGINT NOT NULL,
  offset_days BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  state TEXT NOT NULL,
  findings TEXT NOT NULL DEFAULT '',
  actions TEXT NOT NULL DEFAULT '',
  metrics TEXT NOT NULL DEFAULT '',
  reason TEXT NOT NULL DEFAULT '',
  decided_by TEXT NOT NULL DEFAULT '',
  decided_at BIGINT NOT NULL DEFAULT 0,
  UNIQUE (crisis_id, wave, offset_days)
);

CREATE TABLE notes (
  id TEXT PRIMARY KEY,
  client_id TEXT NOT NULL REFERENCES clients(id),
  crisis_id TEXT NOT NULL REFERENCES crises(id),
  author_id TEXT NOT NULL,
  text TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX notes_crisis ON notes (crisis_id);

CREATE TABLE drafts (
  id TEXT PRIMARY KEY,
  client_id TEXT NOT NULL REFERENCES clients(id),
  crisis_id TEXT NOT NULL REFERENCES crises(id),
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  state TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  version_hash TEXT NOT NULL,
  approval_id TEXT NOT NULL DEFAULT '',
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_by TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  rev BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX drafts_crisis ON drafts (crisis_id);

CREATE TABLE draft_versions (
  id TEXT PRIMARY KEY,
  client_id TEXT NOT NULL REFERENCES clients(id),
  draft_id TEXT NOT NULL REFERENCES drafts(id),
  version BIGINT NOT NULL,
  content TEXT NOT NULL,
  content_hash TEXT NOT NULL,
  author_id TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (draft_id, version)
);

CREATE TABLE approvals (
  id TEXT PRIMARY KEY,
  client_id TEXT NOT NULL REFERENCES clients(id),
  crisis_id TEXT NOT NULL REFERENCES crises(id),
  draft_id TEXT NOT NULL REFERENCES drafts(id),
  version BIGINT NOT NULL,
  version_hash TEXT NOT NULL,
  state TEXT NOT NULL,
  round BIGINT NOT NULL DEFAULT 0,
  rounds TEXT NOT NULL,
  step TEXT NOT NULL,
  severity BIGINT NOT NULL,
  deadline BIGINT NOT NULL,
  publish_on_approval BOOLEAN NOT NULL DEFAULT FALSE,
  round_started_at BIGINT NOT NULL DEFAULT 0,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '',
  rev BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX approvals_one_open ON approvals (draft_id) WHERE state = 'open';
CREATE INDEX approvals_client ON approvals (client_id, state);

CREATE TABLE approval_links (
  id TEXT PRIMARY KEY,
  client_id TEXT NOT NULL REFERENCES clients(id),
  approval_id TEXT NOT NULL REFERENCES approvals(id),
  approver_key TEXT NOT NULL,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  lang TEXT NOT NULL,
  round BIGINT NOT NULL,
  kid TEXT NOT NULL,
  version_hash TEXT NOT NULL,
  state TEXT NOT NULL,
  step TEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  code TEXT NOT NULL,
  sends BIGINT NOT NULL DEFAULT 0,
  opened_at BIGINT NOT NULL DEFAULT 0,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  rev BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX approval_links_approval ON approval_links (approval_id);

CREATE TABLE review_sessions (
  token_hash TEXT PRIMARY KEY,
  link_id TEXT NOT NULL REFERENCES approval_links(id),
  verified BOOLEAN NOT NULL DEFAULT FALSE,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);

CREATE TABLE decisions (
  id TEXT PRIMARY KEY,
  client_id TEXT NOT NULL REFERENCES clients(id),
  approval_id TEXT NOT NULL REFERENCES approvals(id),
  draft_id TEXT NOT NULL REFERENCES drafts(id),
  version_hash TEXT NOT NULL,
  approver_key TEXT NOT NULL,
  approver_name TEXT NOT NULL,
  round BIGINT NOT NULL,
  decision TEXT NOT NULL,
  comment TEXT NOT NULL DEFAULT '',
  typed_name TEXT NOT NULL DEFAULT '',
  via TEXT NOT NULL,
  link_id TEXT NOT NULL DEFAULT '',
  idempotency_key TEXT NOT NULL,
  disputed_at BIGINT NOT NULL DEFAULT 0,
  decided_at BIGINT NOT NULL,
  UNIQUE (approval_id, approver_key)
);

CREATE TABLE publications (
  id TEXT PRIMARY KEY,
  client_id TEXT NOT NULL REFERENCES clients(id),
  crisis_id TEXT NOT NULL REFERENCES crises(id),
  draft_id TEXT NOT NULL REFERENCES drafts(id),
  approval_id TEXT NOT NULL,
  version BIGINT NOT NULL,
  version_hash TEXT NOT NULL,
  target_id TEXT NOT NULL REFERENCES targets(id),
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  url TEXT NOT NULL DEFAULT '',
  remote_id TEXT NOT NULL DEFAULT '',
  attempts BIGINT NOT NULL DEFAULT 0,
  intent_at BIGINT NOT NULL,
  published_at BIGINT NOT NULL DEFAULT 0,
  created_by TEXT NOT NULL,
  rev BIGINT NOT NULL DEFAULT 1,
  -- At most once per version and target: the database says so, not the code.
  UNIQUE (draft_id, version_hash, target_id)
);
CREATE INDEX publications_client ON publications (client_id, state);
CREATE INDEX publications_crisis ON publications (crisis_id);

CREATE TABLE notifications (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users(id),
  client_id TEXT NOT NULL DEFAULT '',
  crisis_id TEXT NOT NULL DEFAULT '',
  kind TEXT NOT NULL,
  params TEXT NOT NULL,
  dedupe_key TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  read_at BIGINT NOT NULL DEFAULT 0,
  UNIQUE (user_id, dedupe_key)
);

CREATE TABLE outbox (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  dedupe_key TEXT NOT NULL UNIQUE,
  order_key TEXT NOT NULL DEFAULT '',
  payload TEXT NOT NULL,
  available_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL DEFAULT 0,
  claimed_by TEXT NOT NULL DEFAULT '',
  claimed_until BIGINT NOT NULL DEFAULT 0,
  done_at BIGINT NOT NULL DEFAULT 0,
  dead_at BIGINT NOT NULL DEFAULT 0,
  last_error TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL
);
CREATE INDEX outbox_due ON outbox (available_at, id) WHERE done_at = 0 AND dead_at = 0;

-- What an activity has already done, so that its second run changes nothing.
CREATE TABLE effects (
  key TEXT PRIMARY KEY,
  result TEXT NOT NULL,
  at BIGINT NOT NULL
);

CREATE TABLE idempotency (
  key TEXT PRIMARY KEY,
  request_hash TEXT NOT NULL,
  status BIGINT NOT NULL DEFAULT 0,
  content_type TEXT NOT NULL DEFAULT '',
  body BYTEA NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE live_events (
  seq BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  kind TEXT NOT NULL,
  client_id TEXT NOT NULL DEFAULT '',
  crisis_id TEXT NOT NULL DEFAULT '',
  object_id TEXT NOT NULL DEFAULT '',
  at BIGINT NOT NULL
);

CREATE TABLE audit_entries (
  pos BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  log_id TEXT NOT NULL,
  stream TEXT NOT NULL,
  stream_seq BIGINT NOT NULL DEFAULT 0,
  prev_leaf BYTEA NOT NULL,
  body BYTEA NOT NULL,
  leaf_hash BYTEA NOT NULL,
  idx BIGINT,
  client_id TEXT NOT NULL DEFAULT '',
  crisis_id TEXT NOT NULL DEFAULT '',
  action TEXT NOT NULL,
  actor_id TEXT NOT NULL DEFAULT '',
  object_id TEXT NOT NULL DEFAULT '',
  at BIGINT NOT NULL
);
CREATE UNIQUE INDEX audit_chain ON audit_entries (stream, stream_seq) WHERE stream_seq > 0;
CREATE UNIQUE INDEX audit_idx ON audit_entries (log_id, idx) WHERE idx IS NOT NULL;
CREATE INDEX audit_pending ON audit_entries (pos) WHERE idx IS NULL;
CREATE INDEX audit_client ON audit_entries (client_id, pos);
CREATE INDEX audit_crisis ON audit_entries (crisis_id, pos);

CREATE TABLE audit_nodes (
  log_id TEXT NOT NULL,
  idx BIGINT NOT NULL,
  hash BYTEA NOT NULL,
  PRIMARY KEY (log_id, idx)
);

CREATE TABLE audit_head (
  log_id TEXT PRIMARY KEY,
  size BIGINT NOT NULL,
  frontier BYTEA NOT NULL,
  root BYTEA NOT NULL
);

CREATE TABLE audit_checkpoints (
  log_id TEXT NOT NULL,
  size BIGINT NOT NULL,
  note TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (log_id, size)
);

CREATE TABLE audit_openings (
  entry_id TEXT NOT NULL REFERENCES audit_entries(id),
  field TEXT NOT NULL,
  subject TEXT NOT NULL,
  sealed BYTEA NOT NULL,
  PRIMARY KEY (entry_id, field)
);
CREATE INDEX audit_openings_subject ON audit_openings (subject);

CREATE TABLE subject_keys (
  subject TEXT PRIMARY KEY,
  sealed BYTEA NOT NULL,
  created_at BIGINT NOT NULL
);

-- The ledger is append-only; an index may be given once and nothing else may change.
-- +goose StatementBegin
CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the ledger is append-only';
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION ledger_entry_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.idx IS NULL AND NEW.idx IS NOT NULL
     AND (to_jsonb(OLD) - 'idx') = (to_jsonb(NEW) - 'idx') THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the ledger is append-only';
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER audit_entries_no_update BEFORE UPDATE ON audit_entries FOR EACH ROW EXECUTE FUNCTION ledger_entry_update();
CREATE TRIGGER audit_nodes_no_change BEFORE UPDATE OR DELETE ON audit_nodes FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER audit_checkpoints_no_change BEFORE UPDATE OR DELETE ON audit_checkpoints FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER audit_entries_no_truncate BEFORE TRUNCATE ON audit_entries FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER audit_nodes_no_truncate BEFORE TRUNCATE ON audit_nodes FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER audit_checkpoints_no_truncate BEFORE TRUNCATE ON audit_checkpoints FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
