-- The one clock: nobody can set it. A demonstration database replaces the body.
CREATE OR REPLACE FUNCTION public.relief_now() RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
AS 'SELECT pg_catalog.clock_timestamp()';
