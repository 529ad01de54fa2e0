# The lab in a container:
#   docker build -t mnistlab .
#   docker run -p 127.0.0.1:8501:8501 -v mnistlab:/data mnistlab
FROM python:3.11-slim
WORKDIR /lab
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
# Networks that people train, and the digits, outlive the container in this volume.
ENV MNISTLAB_STATE_DIR=/data/state MNISTLAB_CACHE_DIR=/data/cache TFDS_DATA_DIR=/data/tfds
RUN useradd --create-home lab && install -d -o lab /data
USER lab
VOLUME /data
EXPOSE 8501
HEALTHCHECK CMD python -c "import urllib.request as u; u.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=3)"
CMD ["streamlit", "run", "streamlit_app.py", "--server.address=0.0.0.0", "--server.headless=true"]
