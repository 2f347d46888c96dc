# Never built with a Docker daemon; what was checked instead: docs/deploy.md, "Containers".
# Tags move. To pin the base, look its digest up in your registry:
#   docker build --build-arg BASE=python:3.11-slim-bookworm@sha256:… .
ARG BASE=python:3.11-slim-bookworm
FROM ${BASE}

WORKDIR /opt/roomie
COPY requirements.txt ./
# Everything is a wheel with a known hash: no compiler, and no development dependencies.
RUN pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.txt
COPY pyproject.toml README.md ./
COPY bot bot
COPY core core
COPY storage storage
COPY scraper scraper
RUN pip install --no-cache-dir --no-deps --no-build-isolation -e . \
    && python -m compileall -q bot core storage scraper \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin roomie \
    && mkdir -m 700 /var/lib/roomie \
    && chown roomie: /var/lib/roomie

USER 10001
WORKDIR /var/lib/roomie
# Processes without the role web answer health checks on the same port.
ENV PYTHONUNBUFFERED=1 \
    DATABASE_URL=sqlite:////var/lib/roomie/roomie.db \
    ROOMIE_HTTP__HOST=0.0.0.0 \
    ROOMIE_HTTP__PORT=8000 \
    ROOMIE_HTTP__HEALTH_PORT=8000
VOLUME /var/lib/roomie
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run"]
