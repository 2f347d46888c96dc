# Not tested: never built with a Docker daemon. See docs/deploy.md.
FROM python:3.11-slim
WORKDIR /opt/roomie
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY pyproject.toml README.md ./
COPY bot bot
COPY core core
COPY storage storage
COPY scraper scraper
RUN pip install --no-cache-dir --no-deps --no-build-isolation -e . && useradd --system roomie \
    && mkdir -m 700 /var/lib/roomie && chown roomie /var/lib/roomie
USER roomie
ENV DATABASE_URL=sqlite:////var/lib/roomie/roomie.db ROOMIE_HTTP__HOST=0.0.0.0
VOLUME /var/lib/roomie
EXPOSE 8000
CMD ["python", "-m", "bot", "run"]
