deploys/base/programs/visudo.sh
