# Gradwalk in a container: docker build -t gradwalk . && docker run --rm -p 8501:8501 gradwalk
ARG PYTHON=3.11
FROM python:${PYTHON}-slim-bookworm

# Where pip finds PyTorch's CPU build, of the same version and without gigabytes of CUDA: PyTorch's own public index.
ARG PYTORCH_INDEX=https://download.pytorch.org/whl/cpu

RUN apt-get update \
    && apt-get install -y --no-install-recommends graphviz \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 gradwalk

WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --extra-index-url "$PYTORCH_INDEX" -r requirements.txt

COPY app.py LICENSE ./
COPY .streamlit/config.toml .streamlit/
COPY gradwalk gradwalk
COPY serving serving
COPY components components
COPY pages pages

USER gradwalk
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_HEADLESS=true \
    STREAMLIT_SERVER_PORT=8501
EXPOSE 8501

# The server answers only once it has warmed up, which takes some seconds.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD python -c "from urllib.request import urlopen; \
    urlopen('http://127.0.0.1:8501${STREAMLIT_SERVER_BASE_URL_PATH:+/$STREAMLIT_SERVER_BASE_URL_PATH}/_stcore/health')"

CMD ["streamlit", "run", "app.py"]
