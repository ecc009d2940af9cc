set -- vim-tiny
deploys/shared/programs/holds.sh
# vim-tiny: held
# remediation after_activation:
apt-mark hold vim-tiny
