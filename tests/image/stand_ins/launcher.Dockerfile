# Stands in for Google's launcher, whose source is not public: it runs the file that the image names.
FROM scratch
COPY launcher /opt/google/dataflow/python_template_launcher
