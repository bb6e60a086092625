-- The year's figures, counted a second way: from the tables of this folder, by SQL, from the text of the indicators alone.
-- Nothing here knows the hub's code. One statement a figure: indicator, figure, key, period, value.
-- Values: a count; share n/d; median or mean with how many values it rests on in brackets; no row: "not provided".

-- Europe/Paris without a time zone table: summer time from the last Sunday of March to the last of October, 01:00 UTC.
create table instant as
select distinct time, strftime('%Y-%m-%dT%H:%M:%f', time) as utc, '' as day, '' as month from (
    select time from "cdap_message.received" union select time from "social_worker_query.received"
    union select time from "training.held" union select time from "field_feedback.submitted"
    union select time from "meeting.held" union select time from "referral.requested"
    union select time from "referral.confirmed" union select time from "referral.concluded"
    union select time from handover union select time from joint_intervention union select time from benefit_urgency
    union select time from social_urgency union select time from notice union select time from delivery);
update instant set day = date(utc, case when utc >= date(substr(utc, 1, 4) || '-03-25', 'weekday 0') || 'T01:00:00'
        and utc < date(substr(utc, 1, 4) || '-10-25', 'weekday 0') || 'T01:00:00' then '+2 hours' else '+1 hours' end);
update instant set month = substr(day, 1, 7);

create table period (name text, first text, last text);
insert into period select '2026', '2026-01', '2026-12';
insert into period
with recursive n(i) as (select 1 union all select i + 1 from n where i < 12)
select printf('2026-%02d', i), printf('2026-%02d', i), printf('2026-%02d', i) from n;

-- Corrections: what a correction names is gone (same source); of several for one event the last stands.
create table act as
select type, source, id, time, utc, corrects from (
    select 'cdap_message.received' as type, source, id, time, corrects from "cdap_message.received"
    union all select 'social_worker_query.received', source, id, time, corrects from "social_worker_query.received"
    union all select 'training.held', source, id, time, corrects from "training.held"
    union all select 'field_feedback.submitted', source, id, time, corrects from "field_feedback.submitted"
    union all select 'referral.concluded', source, id, time, corrects from "referral.concluded"
    union all select type, source, id, time, corrects from benefit_urgency) join instant using (time);
create table gone as
select source, corrects as id from act where corrects <> ''
union
select a.source, a.id from act a join act b
    on a.source = b.source and a.corrects = b.corrects and a.corrects <> '' and (b.utc, b.id) > (a.utc, a.id);

-- The events that stand, with day and month of Paris.
create view cdap as select * from "cdap_message.received" join instant using (time) where (source, id) not in gone;
create view query as select * from "social_worker_query.received" join instant using (time) where (source, id) not in gone;
create view training as select * from "training.held" join instant using (time) where (source, id) not in gone;
create view feedback as select * from "field_feedback.submitted" join instant using (time) where (source, id) not in gone;
create view concluded as select * from "referral.concluded" join instant using (time) where (source, id) not in gone;
create view contacted as select * from benefit_urgency join instant using (time)
    where type = 'benefit_urgency.contacted' and (source, id) not in gone;
create view handled as select * from benefit_urgency join instant using (time)
    where type = 'benefit_urgency.handled' and (source, id) not in gone;
create view asked as select * from "referral.requested" join instant using (time);
create view transfer as
select 'handover' as what, type, id, thread, direction, communication, concertation_on || exchange_on as met_on, outcome,
    rules_version, utc, day, month from handover join instant using (time) where outcome <> 'NOT_STORED'
union all
select 'joint_intervention', type, id, thread, direction, communication, concertation_on || exchange_on, outcome,
    rules_version, utc, day, month from joint_intervention join instant using (time);

-- One row for each code of a list that is separated by bars.
create table training_cdas as
with recursive cut(source, id, code, rest) as (
    select source, id, '', cdas || '|' from training
    union all select source, id, substr(rest, 1, instr(rest, '|') - 1), substr(rest, instr(rest, '|') + 1)
    from cut where rest <> '')
select distinct source, id, code from cut where code <> '';

create table figure (indicator text, figure text, key text, period text, value text);

-- V1.1 ------------------------------------------------------------------------------------------------------------
insert into figure
select 'V1.1', 'sessions', '', name, sum(kind = 'ASIP_FOR_CAF_FRONT_OFFICE') from period join training
    on month between first and last group by name;
insert into figure
select 'V1.1', 'participants', '', name, sum(participants * (kind = 'ASIP_FOR_CAF_FRONT_OFFICE')) from period
    join training on month between first and last group by name;
insert into figure  -- the latest audience of the period
select 'V1.1', 'reach', '', name, sum(participants) || '/' || (select audience_size from training b
        where b.kind = 'ASIP_FOR_CAF_FRONT_OFFICE' and audience_size <> '' and b.month between first and last
        order by utc desc limit 1)
    from period join training a on a.month between first and last where kind = 'ASIP_FOR_CAF_FRONT_OFFICE'
    group by name having max(audience_size) <> '';
insert into figure
select 'V1.1', 'sessions by site', site, name, count(*) from period join training on month between first and last
    where kind = 'ASIP_FOR_CAF_FRONT_OFFICE' group by name, site;
insert into figure
select 'V1.1', 'participants by site', site, name, sum(participants) from period join training
    on month between first and last where kind = 'ASIP_FOR_CAF_FRONT_OFFICE' group by name, site having sum(participants) > 0;

-- V1.2 ------------------------------------------------------------------------------------------------------------
insert into figure
select 'V1.2', 'messages', '', name, count(*) from period join cdap on month between first and last group by name;
insert into figure
select 'V1.2', 'urgent', '', name, sum(urgent = 'yes') || '/' || count(*) from period join cdap
    on month between first and last group by name;
insert into figure  -- N against N of the same months a year before; nothing before: no rate
select 'V1.2', 'change', '', name, now || ' after ' || before from (
    select name, (select count(*) from cdap where month between first and last) as now,
        (select count(*) from cdap where month between (first - 1) || substr(first, 5) and (last - 1) || substr(last, 5)) as before
    from period) where now > 0 and before > 0;
insert into figure
select 'V1.2', 'messages by nature', nature, name, count(*) from period join cdap on month between first and last
    group by name, nature;
insert into figure
select 'V1.2', 'messages by urgent', urgent, name, count(*) from period join cdap on month between first and last
    group by name, urgent;
insert into figure
select 'V1.2', 'messages by cdas', cdas, name, count(*) from period join cdap on month between first and last
    group by name, cdas;

-- V1.3 ------------------------------------------------------------------------------------------------------------
insert into figure
select 'V1.3', 'workshops', '', name, sum(kind = 'CDAP_WORKSHOP') from period join training
    on month between first and last group by name;
insert into figure
select 'V1.3', 'participants', '', name, sum(participants * (kind = 'CDAP_WORKSHOP')) from period join training
    on month between first and last group by name;
insert into figure
select 'V1.3', 'cdas reached', '', name, (select count(distinct code) from training_cdas join training b using (source, id)
        where kind = 'CDAP_WORKSHOP' and b.month between first and last) || '/22'
    from period join training a on a.month between first and last group by name;
insert into figure
select 'V1.3', 'workshops by cdas', code, name, count(*) from period join training on month between first and last
    join training_cdas using (source, id) where kind = 'CDAP_WORKSHOP' group by name, code;

-- V1.4: both means, never mixed -------------------------------------------------------------------------------------
create table means (means text, told text);
insert into means values ('PRIORITY_LINE', 'line'), ('CDAP_FORM', 'form');
insert into figure
select 'V1.4', told || ' contacts', '', name, sum(c.means = m.means) from period join contacted c
    on month between first and last join means m group by name, told;
insert into figure
select 'V1.4', told || ' conforming', '', name, sum(out_of_scope = 'no') || '/' || count(*) from period join contacted
    on month between first and last join means using (means) group by name, told;
insert into figure
select 'V1.4', told || ' reached', '', name, sum(reached = 'yes') || '/' || count(*) from period join contacted
    on month between first and last join means using (means) group by name, told;
insert into figure
select 'V1.4', told || ' while closed', '', name, sum(c.means = m.means and line_open = 'no') from period join contacted c
    on month between first and last join means m group by name, told;
create table delay as  -- a handling counts once for each means by which its thread made contact, in its own month
select month, told, cast(delay_hours as real) as value from handled h join means m
    where exists (select 1 from contacted c where c.thread = h.thread and c.means = m.means);
insert into figure
select 'V1.4', told || ' contacts by benefit', benefit_kind, name, count(*) from period join contacted
    on month between first and last join means using (means) group by name, told, benefit_kind;
insert into figure
select 'V1.4', told || ' contacts by cdas', cdas, name, count(*) from period join contacted
    on month between first and last join means using (means) group by name, told, cdas;
insert into figure
select 'V1.4', 'score', '', name, round(avg(score), 6) || ' (' || count(*) || ')' from period join feedback
    on month between first and last where theme = 'PRIORITY_LINE' and score <> '' group by name;
insert into figure
select 'V1.4', 'entries by kind', kind, name, count(*) from period join feedback on month between first and last
    where theme = 'PRIORITY_LINE' group by name, kind;

-- V1.5 ------------------------------------------------------------------------------------------------------------
insert into figure
select 'V1.5', 'unjustified', '', name, sum(justified = 'NO') || '/' || sum(justified in ('YES', 'NO')) from period
    join concluded on month between first and last group by name having sum(justified in ('YES', 'NO')) > 0;
insert into figure
select 'V1.5', 'not known', '', name, sum(justified = 'NOT_KNOWN') from period join concluded
    on month between first and last group by name;
insert into figure
select 'V1.5', 'unjustified by direction', direction, name, count(*) from period join concluded
    on month between first and last where justified = 'NO' group by name, direction;
insert into figure
select 'V1.5', 'unjustified by reason', unjustified_reason, name, count(*) from period join concluded
    on month between first and last where justified = 'NO' group by name, unjustified_reason;

-- V1.6 ------------------------------------------------------------------------------------------------------------
insert into figure
select 'V1.6', 'unjustified', '', name, sum(information_available = 'YES') || '/' || count(*) from period join cdap
    on month between first and last group by name;
insert into figure
select 'V1.6', 'not known', '', name, sum(information_available = 'NOT_KNOWN') from period join cdap
    on month between first and last group by name;
insert into figure
select 'V1.6', 'unjustified by cdas', cdas, name, count(*) from period join cdap on month between first and last
    where information_available = 'YES' group by name, cdas;

-- V2.1 ------------------------------------------------------------------------------------------------------------
insert into figure
select 'V2.1', 'queries', '', name, count(*) from period join query on month between first and last group by name;
insert into figure
select 'V2.1', 'queries by origin', origin, name, count(*) from period join query on month between first and last
    group by name, origin;
insert into figure
select 'V2.1', 'queries by nature', nature, name, count(*) from period join query on month between first and last
    group by name, nature;
insert into figure
select 'V2.1', 'queries by origin and nature', origin || ' ' || nature, name, count(*) from period join query
    on month between first and last group by name, origin, nature;

-- V2.2 ------------------------------------------------------------------------------------------------------------
insert into figure
select 'V2.2', 'requests', '', name, sum(instruction_only = 'yes' and sender_support_open = 'yes') from period
    join concluded on month between first and last group by name;
insert into figure
select 'V2.2', 'requests by direction', direction, name, count(*) from period join concluded
    on month between first and last where instruction_only = 'yes' and sender_support_open = 'yes' group by name, direction;
insert into figure
select 'V2.2', 'requests by kind', request_kind, name, count(*) from period join concluded
    on month between first and last where instruction_only = 'yes' and sender_support_open = 'yes'
    group by name, request_kind;

-- V2.3 ------------------------------------------------------------------------------------------------------------
insert into figure
select 'V2.3', 'score', '', name, round(avg(score), 6) || ' (' || count(*) || ')' from period join feedback
    on month between first and last where theme in ('HANDOVER', 'JOINT_INTERVENTION') and score <> '' group by name;
insert into figure
select 'V2.3', 'entries by kind', kind, name, count(*) from period join feedback on month between first and last
    where theme in ('HANDOVER', 'JOINT_INTERVENTION') group by name, kind;
insert into figure
select 'V2.3', 'communication', '', name, sum(communication <> '') || '/' || count(*) from period join transfer
    on month between first and last where type = 'handover.requested' group by name;
insert into figure
select 'V2.3', 'accepted', '', name, sum(type = 'handover.accepted') || '/' || count(*) from period join transfer
    on month between first and last where type in ('handover.accepted', 'handover.refused') group by name;
insert into figure
select 'V2.3', 'validated', '', name, sum(type = 'joint_intervention.validated') || '/' || count(*) from period join transfer
    on month between first and last where type in ('joint_intervention.validated', 'joint_intervention.refused') group by name;
insert into figure
select 'V2.3', 'communication by direction', direction, name, sum(communication <> '') || '/' || count(*) from period
    join transfer on month between first and last where type = 'handover.requested' group by name, direction;
insert into figure
select 'V2.3', 'accepted by direction', direction, name, sum(type = 'handover.accepted') || '/' || count(*) from period
    join transfer on month between first and last where type in ('handover.accepted', 'handover.refused')
    group by name, direction;
insert into figure
select 'V2.3', 'validated by direction', direction, name, sum(type = 'joint_intervention.validated') || '/' || count(*)
    from period join transfer on month between first and last
    where type in ('joint_intervention.validated', 'joint_intervention.refused') group by name, direction;
create table days as  -- from the request's day to the meeting's, in the month of the answer
select a.month, julianday(a.met_on) - julianday(r.day) as value from transfer a join transfer r
    on r.type = a.what || '.requested' and r.thread = a.thread and r.direction = a.direction
    where a.type in ('handover.accepted', 'handover.refused', 'joint_intervention.validated', 'joint_intervention.refused')
    and a.met_on <> '';

-- V2.4 ------------------------------------------------------------------------------------------------------------
insert into figure
select 'V2.4', 'sessions', '', name, sum(kind in ('CD35_MISSIONS_FOR_CAF', 'CAF_MISSIONS_FOR_CDAS')) from period
    join training on month between first and last group by name;
insert into figure
select 'V2.4', 'sessions by kind', kind, name, count(*) from period join training on month between first and last
    where kind in ('CD35_MISSIONS_FOR_CAF', 'CAF_MISSIONS_FOR_CDAS') group by name, kind;
insert into figure
select 'V2.4', 'cdas by kind', kind, name, count(distinct code) || '/22' from period join training
    on month between first and last left join training_cdas using (source, id) where kind in ('CD35_MISSIONS_FOR_CAF', 'CAF_MISSIONS_FOR_CDAS')
    group by name, kind;

-- V2.5: a thread counts once, on its earliest qualifying report -----------------------------------------------------
create table unhandled as
select month, thread, cdas, rules_version, case category when 'CHILD_PROTECTION' then 'OTHER' else category end as category,
    row_number() over (partition by thread order by utc, id) as place
from social_urgency u join instant using (time)
where type = 'social_urgency.reported' and emitter in ('CDAS_RECEPTION', 'CDAS_SOCIAL_WORKER')
    and handled_before_referral = 'no' and instr('|' || support, '|CAF:OPEN') = 0
    and (directed_to = 'CAF_SOCIAL_WORK' or exists (select 1 from "referral.confirmed" k
        where k.thread = u.thread and k.decision = 'MODIFIED' and k.service = 'CAF_SOCIAL_WORK'));
insert into figure
select 'V2.5', 'urgencies', '', name, (select count(*) from unhandled u where place = 1 and u.month between first and last)
    from period join social_urgency s join instant using (time)
    where s.type = 'social_urgency.reported' and month between first and last group by name;
insert into figure
select 'V2.5', 'urgencies by category', category, name, count(*) from period join unhandled
    on month between first and last where place = 1 group by name, category;
insert into figure
select 'V2.5', 'urgencies by cdas', cdas, name, count(*) from period join unhandled
    on month between first and last where place = 1 group by name, cdas;

-- A1: in the month of the first publication -------------------------------------------------------------------------
create table prior_notice as
select f.notice, f.month, f.published_on, l.effective_on, l.code, l.issuer, l.id as last_event, l.rules_version
from (select *, row_number() over (partition by notice order by cast(version as int)) as place from notice
        join instant using (time) where type <> 'notice.withdrawn') f
    join (select *, row_number() over (partition by notice order by cast(version as int) desc) as place from notice
        where type <> 'notice.withdrawn') l using (notice)
where f.place = 1 and l.place = 1 and l.outcome = 'ROUTED'
    and notice not in (select notice from notice where type = 'notice.withdrawn');
insert into figure
select 'A1', 'notices', '', name, (select count(*) from prior_notice p where p.month between first and last)
    from period join notice join instant using (time) where month between first and last group by name;
insert into figure
select 'A1', 'prior', '', name, sum(published_on < effective_on) || '/' || count(*) from period join prior_notice
    on month between first and last group by name;
create table lead as
select month, julianday(effective_on) - julianday(published_on) as value from prior_notice;
create table acknowledgement as  -- by contact, whatever the media; taken in charge before the effective day begins in Paris
select month, service, contact, taken < effective_on as done from (
    select p.month, p.effective_on, s.service, s.contact, s.event, s.event = p.last_event as in_force,
        min((select min(day) from delivery t join instant using (time)
            where t.event = s.event and t.contact = s.contact and t.status = 'TAKEN_IN_CHARGE')) as taken,
        min(exists (select 1 from delivery t where t.delivery = s.delivery and t.status = 'REDIRECTED')) as redirected
    from delivery s join prior_notice p on p.notice = s.thread where s.status = 'SCHEDULED' and s.acknowledge_by <> ''
    group by s.event, s.contact)
-- of a version that is no longer in force, or of a contact that was redirected, only what was acknowledged stays asked
where taken is not null or (in_force and not redirected);
insert into figure
select 'A1', 'acknowledged', '', name, cast(total(done = 1) as int) || '/' || count(*) from period join acknowledgement
    on month between first and last group by name;
insert into figure
select 'A1', 'acknowledged by audience', service, name, cast(total(done = 1) as int) || '/' || count(*) from period join acknowledgement
    on month between first and last group by name, service;
insert into figure
select 'A1', 'notices by code', code, name, count(*) from period join prior_notice on month between first and last
    group by name, code;
insert into figure
select 'A1', 'notices by issuer', issuer, name, count(*) from period join prior_notice on month between first and last
    group by name, issuer;

-- A2 --------------------------------------------------------------------------------------------------------------
insert into figure
select 'A2', 'referrals', '', name, count(*) from period join asked on month between first and last group by name;
insert into figure
select 'A2', 'referrals by outcome', outcome, name, count(*) from period join asked on month between first and last
    group by name, outcome;
insert into figure  -- each distinct service of a decision
select 'A2', 'referrals by service', value, name, count(*) from period join asked on month between first and last,
    json_each('["' || replace(services, '|', '","') || '"]') where services <> '' group by name, value;
create table progress (state text, rank int);
insert into progress values ('requested', 0), ('postponed', 1), ('accepted', 2), ('validated', 2), ('refused', 3),
    ('completed', 4), ('ended', 4);
create table flow as  -- thread and direction, in the month of the request, of the first event where none was published
select what, month, direction, rules_version, (select state from transfer t join progress on t.type = r.what || '.' || state
        where t.what = r.what and t.thread = r.thread and t.direction in (r.direction, '')  -- an end has no direction
        order by utc desc, rank desc limit 1) as state
from (select *, row_number() over (partition by what, thread, direction order by type <> what || '.requested', utc) as place
    from transfer where direction <> '') r where place = 1;
insert into figure
select 'A2', what || ' by direction and last state', direction || ' ' || state, name, count(*) from period join flow
    on month between first and last group by what, name, direction, state;

-- Medians -----------------------------------------------------------------------------------------------------------
create table valued as
select 'V1.4' as indicator, told || ' delay' as figure, month, value from delay
union all select 'V2.3', 'days', month, value from days
union all select 'A1', 'lead', month, value from lead;
insert into figure
select indicator, figure, '', name, avg(value) || ' (' || max(n) || ')' from (
    select indicator, figure, name, value, count(*) over w as n, row_number() over (w order by value) as place
    from period join valued on month between first and last window w as (partition by indicator, figure, name))
where place in ((n + 1) / 2, n / 2 + 1) group by indicator, figure, name;

-- By the rules that decided (of a flow: on its first event; of a notice: on its last version) --------------------------
create table ruled as
select 'A2' as indicator, 'referrals' as what, month, rules_version from asked
union all select 'A2', what, month, rules_version from flow
union all select 'A2', 'benefit_urgency', month, rules_version from benefit_urgency join instant using (time)
    where type = 'benefit_urgency.reported'
union all select 'A2', 'social_urgency', month, rules_version from social_urgency join instant using (time)
    where type = 'social_urgency.reported'
union all select 'A1', 'notices', month, rules_version from prior_notice
union all select 'V2.5', 'situations', month, rules_version from unhandled where place = 1;
insert into figure
select indicator, what || ' by rules version', coalesce(nullif(rules_version, ''), '1'), name, count(*) from period
    join ruled on month between first and last group by indicator, what, name, 3;
