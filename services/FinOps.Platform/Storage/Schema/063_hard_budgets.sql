-- A budget whose kind is hard has a gate. What its gateways must say of a call is here too, so that each process has it in memory.
alter table finops.gate
  add column if not exists measure text not null default 'charge',
  add column if not exists models text[] not null default '{}',
  add column if not exists fleets text[] not null default '{}',
  add column if not exists tags text[] not null default '{}'; -- key, value, key, value …

-- The terms of each open budget that is not what its gate is.
create temporary table moved on commit drop as
select b.id, b.tenant, b.version, last.terms, g.is_hard, g.when_away
from finops.budget b
join lateral (select e.data -> 'terms' as terms from finops.mt_events e
              where e.stream_id = 'budget/' || b.id and e.type in ('budget_created_v1', 'budget_changed_v1') order by e.version desc limit 1) last on true
left join finops.gate g on g.budget_id = b.id
where not b.closed and (coalesce(last.terms ->> 'kind', '') = 'hard') <> coalesce(g.is_hard, false);

-- The kind was a word, and gates were made beside it: from now on the kind says that there is one.
insert into finops.mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, mt_dotnet_type, is_archived)
select nextval('finops.mt_events_sequence'), gen_random_uuid(), 'budget/' || id, version + 1,
       jsonb_build_object(
         'budgetId', id,
         'terms', jsonb_strip_nulls(terms || jsonb_build_object('kind', 'hard', 'whenAway', case when_away when 'OPEN' then 'open' end)),
         'recordedAt', to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'), 'recordedBy', 'schema'),
       'budget_changed_v1', now(), '*DEFAULT*', 'FinOps.Platform.Budgets.BudgetChangedV1, FinOps.Platform', false
from moved where is_hard;
update finops.mt_streams s set version = s.version + 1, timestamp = now() from moved m where m.is_hard and s.id = 'budget/' || m.id;
update finops.budget b set version = b.version + 1 from moved m where m.is_hard and b.id = m.id;

-- And whoever said the word has a gate.
insert into finops.gate (budget_id, tenant, currency, when_away, is_hard, version, measure, models, fleets, tags)
select id, tenant, terms ->> 'currency', 'CLOSED', true, 1, terms ->> 'measure',
       array(select jsonb_array_elements_text(terms -> 'scope' -> 'models')), array(select jsonb_array_elements_text(terms -> 'scope' -> 'fleets')),
       array(select said.word from jsonb_array_elements(terms -> 'scope' -> 'tags') with ordinality as tag (named, place)
             cross join lateral (values (1, tag.named ->> 'key'), (2, tag.named ->> 'value')) as said (part, word) order by tag.place, said.part)
from moved where is_hard is not true and terms ->> 'measure' in ('charge', 'tokens', 'input_tokens', 'output_tokens', 'requests')
on conflict (budget_id) do update set is_hard = true, version = gate.version + 1;
