-- Who imported what was really paid, from which file. The events of the fleets say the same, amount by amount; this is their list.
create table finops.cost_import (
  number      bigint generated always as identity primary key,
  id          uuid        not null unique,
  recorded_at timestamptz not null,
  recorded_by text        not null,
  file        text        not null,
  file_digest text        not null, -- SHA-256 of the file, uncompressed
  digest      text        not null, -- of that and of how it was read
  netting     text        not null,
  replaces    uuid[]      not null, -- earlier imports of which it replaced some part
  report      jsonb       not null  -- as it was answered
);
