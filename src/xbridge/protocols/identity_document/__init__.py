"""Identity document numbers of Hong Kong, Macao and the Mainland: their forms, check characters, masks and code tables.

A valid form is not a valid document: nobody here asks an issuer (dossier guangdong.md section 4).
"""
