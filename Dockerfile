# The image of the site, its workers and its scheduler; docker-compose.yml says which is which.

FROM node:24-slim AS pages
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
# The build also looks through templates and Python for the icons they name.
COPY . .
RUN npm run build

FROM python:3.11-slim AS packages
RUN python -m venv /venv
COPY requirements/base.txt /tmp/base.txt
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r /tmp/base.txt

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin crm \
    && mkdir -p /app /data/media \
    && chown crm /data/media
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=crm_site.settings \
    MEDIA_ROOT=/data/media \
    STATIC_ROOT=/app/staticfiles \
    STATICFILES_STORAGE=whitenoise.storage.CompressedManifestStaticFilesStorage
WORKDIR /app
COPY --from=packages /venv /venv
COPY . .
COPY --from=pages /build/static/dist static/dist
# No secret and no server is needed to compile the catalogues and collect the static files.
RUN find locale -name '*.po' -exec sh -c 'pybabel compile --input-file "$1" --output-file "${1%.po}.mo"' _ {} ';' \
    && SECRET_KEY=build DATABASE_URL=postgres://build@localhost/build REDIS_URL=redis://localhost/0 \
       python manage.py collectstatic --noinput --verbosity 0
USER crm
EXPOSE 8000
VOLUME /data/media
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["gunicorn", "crm_site.wsgi:application", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--workers", "2", "--threads", "4", "--timeout", "120", "--worker-tmp-dir", "/dev/shm", \
     "--no-control-socket", "--access-logfile", "-"]
