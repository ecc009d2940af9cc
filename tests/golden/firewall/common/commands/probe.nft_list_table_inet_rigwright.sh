nft list chain inet rigwright input | grep -q 'policy drop'
