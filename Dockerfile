# The production image: NVIDIA's Triton with its native backends, Sideline's steps and the trained engines.
# docs/deploy.md says how to build it (digest!), run it, and what of it has been run.
ARG TRITON_TAG=26.07-py3
# "@sha256:…" of the tag that you have looked at; `docker buildx imagetools inspect` shows it.
ARG TRITON_DIGEST=
FROM nvcr.io/nvidia/tritonserver:${TRITON_TAG}${TRITON_DIGEST}

RUN useradd --system --uid 10001 --user-group --home-dir /var/lib/sideline --shell /usr/sbin/nologin sideline \
    && mkdir -p /var/lib/sideline \
    && chown 10001:10001 /var/lib/sideline

WORKDIR /opt/sideline
COPY constraints.txt pyproject.toml README.md models.yaml ./
COPY sideline sideline
COPY client client
COPY export export
COPY ensemble_configs ensemble_configs
COPY backends backends
COPY model_repository model_repository

# The image is one environment; its steps are to import what is pinned here and nothing else.
RUN python3 -m pip install --no-cache-dir --break-system-packages --constraint constraints.txt --editable '.[rack]'
RUN python3 -c "import numpy; assert numpy.__version__ == '1.26.4', numpy.__version__"
RUN python3 -c "import export.plan_folder, sideline.serving.canary, sideline.serving.first_plans, sideline.serving.generations"

# Plans have to be built by the very TensorRT that the image's backend has. Where the image lacks its Python module, give
# the version (docs/deploy.md says how to ask for it); the other profiles need none.
ARG TENSORRT_VERSION=
RUN python3 -c "import tensorrt" || test -z "$TENSORRT_VERSION" || python3 -m pip install --no-cache-dir --break-system-packages --constraint constraints.txt "tensorrt_cu13==$TENSORRT_VERSION"

ENV SIDELINE_TRITON=/opt/tritonserver \
    PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
VOLUME /var/lib/sideline
EXPOSE 8001 8002
STOPSIGNAL SIGTERM
HEALTHCHECK --start-period=10m --interval=30s --timeout=15s --retries=3 CMD ["sideline", "canary"]
ENTRYPOINT ["sideline", "serve", "--host", "0.0.0.0", "--metrics-host", "0.0.0.0", "--volume", "/var/lib/sideline", "--hot-swap", "--profile"]
CMD ["gpu"]
