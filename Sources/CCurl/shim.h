#ifndef CCURL_SHIM_H
#define CCURL_SHIM_H

#include <curl/curl.h>
#include <sys/eventfd.h>

/* libcurl's option functions are variadic, which Swift does not import: one typed door for each kind of argument. */

typedef size_t (*ccurl_data_callback)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode ccurl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_set_size(CURL *handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_set_string(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_set_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_set_callback(CURL *handle, CURLoption option, ccurl_data_callback value) {
    return curl_easy_setopt(handle, option, value);
}

/* Called when the connection is there, right before a request is sent on it: CURLOPT_PREREQFUNCTION(3). */
typedef int (*ccurl_request_callback)(void *context, char *remote, char *local, int remote_port, int local_port);

static inline CURLcode ccurl_set_request_callback(CURL *handle, ccurl_request_callback value) {
    return curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, value);
}

/* Called when a socket was made, before it connects: CURLOPT_SOCKOPTFUNCTION(3). */
typedef int (*ccurl_socket_callback)(void *context, curl_socket_t socket, curlsocktype purpose);

static inline CURLcode ccurl_set_socket_callback(CURL *handle, ccurl_socket_callback value) {
    return curl_easy_setopt(handle, CURLOPT_SOCKOPTFUNCTION, value);
}

/* CURLOPT_…_BLOB; libcurl keeps a copy. */
static inline CURLcode ccurl_set_copied_blob(CURL *handle, CURLoption option, const void *bytes, size_t count) {
    struct curl_blob blob = {(void *)bytes, count, CURL_BLOB_COPY};
    return curl_easy_setopt(handle, option, &blob);
}

static inline CURLcode ccurl_get_long(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}

static inline CURLcode ccurl_get_microseconds(CURL *handle, CURLINFO info, curl_off_t *value) {
    return curl_easy_getinfo(handle, info, value);
}

static inline CURLMcode ccurl_multi_set_long(CURLM *handle, CURLMoption option, long value) {
    return curl_multi_setopt(handle, option, value);
}

/* curl_global_init, safe to be called by several threads and more than once. */
static inline CURLcode ccurl_global_init(void) {
    return curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* An eventfd(2) to wake curl_multi_poll with, or -1; Swift's Glibc module leaves eventfd out. */
static inline int ccurl_eventfd(void) {
    return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
}

#endif
