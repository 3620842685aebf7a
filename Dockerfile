# One image, two commands: the web server (the default) and the worker that solves.
#   docker build -t bridge .
#   docker run bridge                                   serves on port 8000
#   docker run bridge python -m app.cli worker          takes solver runs from PostgreSQL
FROM python:3.12-slim-bookworm

# pg_dump and pg_restore, for `bridge backup` on PostgreSQL.
RUN apt-get update \
    && apt-get install -y --no-install-recommends postgresql-client \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /srv/bridge
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1

COPY requirements.lock ./
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock

COPY pyproject.toml ./
COPY migrations ./migrations
COPY static ./static
COPY templates ./templates
COPY scheduler ./scheduler
COPY app ./app

RUN useradd --system --uid 10001 --home-dir /srv/bridge bridge \
    && install -d -o bridge -g bridge /srv/bridge/var
USER bridge
# Where numba keeps the compiled kernels of the meetings and of the agenda.
ENV NUMBA_CACHE_DIR=/srv/bridge/var/kernel
RUN python -m scheduler.meetings.compiling && python -m scheduler.agenda.reinserting.compiling
VOLUME /srv/bridge/var
EXPOSE 8000

HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]

CMD ["python", "-m", "app.cli", "serve", "--host", "0.0.0.0"]
