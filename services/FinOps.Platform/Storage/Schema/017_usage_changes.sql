-- Which fleets' hours of event time a transaction changed: one row for each, written with the buckets, so that whoever keeps sums of them in
-- memory sees what to sum again. Rows are only added, so commits do not wait for each other; the job compact-usage-changes drops those
-- that a newer one says again.
create table finops.usage_change (
  fleet      text collate "C" not null, -- '' where the records named none
  hour       int    not null,           -- hours since 1970, event time
  changed_by bigint not null default pg_current_xact_id()::text::bigint
);
create index usage_change_changed_by on finops.usage_change (changed_by);
