"""给申请人写消息: own words of an office to an applicant, on a page of its own, looked over before they go."""
